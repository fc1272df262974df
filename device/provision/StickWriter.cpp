// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/StickWriter.h"

#include "base/AtomicFile.h"
#include "base/RegularFile.h"
#include "base/SystemError.h"
#include "package/ReleaseZip.h"
#include "release/ReleaseSignature.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 reserve = 1024 * 1024; // for manifests, results and the file system's own
constexpr std::size_t blockSize = 1024 * 1024;

QString zipName(const QString &component)
{
    return component + u".zip"_s;
}

QString manifestName(const QString &component)
{
    return component + u".jws"_s;
}

Outcome copyDurably(const QString &source, const QString &target)
{
    const auto from = openRegularFile(source, O_RDONLY);
    if (!from) {
        return fail(from.error());
    }
    auto to = openRegularFile(target, O_WRONLY | O_CREAT | O_TRUNC);
    if (!to) {
        return fail(std::move(to).error());
    }
    std::vector<char> block(blockSize);
    for (;;) {
        const ssize_t read = ::read(from->get(), block.data(), block.size());
        if (read < 0) {
            return fail(systemError(u"cannot read "_s + source, errno));
        }
        if (read == 0) {
            break;
        }
        for (ssize_t done = 0; done < read;) {
            const ssize_t n = ::write(to->get(), block.data() + done, static_cast<std::size_t>(read - done));
            if (n <= 0) {
                return fail(systemError(u"cannot write "_s + target, n == 0 ? ENOSPC : errno));
            }
            done += n;
        }
    }
    return ::fsync(to->get()) == 0 && to->close() ? Outcome() : fail(systemError(u"cannot write "_s + target, errno));
}

// Without the order nothing on the stick counts; so it goes first and comes last.
Outcome clearOrder(const QString &folder)
{
    QStringList names{stickOrderFile};
    for (const Component component : allComponents) {
        names += {zipName(folderName(component)), manifestName(folderName(component))};
    }
    for (const QString &name : std::as_const(names)) {
        if (auto removed = removeFileDurably(folder + u'/' + name); !removed) {
            return removed;
        }
    }
    return {};
}

Outcome checkSpace(const QString &folder, const QList<StickContent> &releases)
{
    qint64 needed = reserve;
    for (const StickContent &release : releases) {
        needed += release.manifest.size;
    }
    struct statvfs disk
    {
    };
    if (::statvfs(QFile::encodeName(folder).constData(), &disk) != 0) {
        return fail(systemError(u"cannot look at "_s + folder, errno));
    }
    const auto available = static_cast<qint64>(disk.f_bavail) * static_cast<qint64>(disk.f_frsize);
    return available >= needed
               ? Outcome()
               : fail(ErrorCode::NoSpace,
                      u"the stick has %1 MB free, %2 MB are needed"_s.arg(available >> 20).arg((needed >> 20) + 1));
}

Outcome makeFolder(const QString &mount, const QString &folder)
{
    if (!QFileInfo(mount).isDir()) {
        return fail(ErrorCode::NotFound, u"there is no folder %1; is the stick mounted there?"_s.arg(mount));
    }
    if (!QFileInfo(folder).isDir() && !QDir().mkdir(folder)) {
        return fail(ErrorCode::Io, u"cannot make the folder %1; is the stick write-protected?"_s.arg(folder));
    }
    return {};
}

} // namespace

Result<StickContent> readStickContent(const QString &zip, const QString &manifest, const QList<PublicKey> &keys)
{
    auto text = readFile(manifest, maxFileList);
    if (!text) {
        return fail(std::move(text).error());
    }
    StickContent content{zip, text->trimmed(), {}};
    auto verified = verifyRelease(content.signedManifest, keys);
    if (!verified) {
        return fail(verified.error().withContext(manifest));
    }
    if (content.signedManifest.size() > maxInlineRelease) {
        return fail(ErrorCode::TooLarge,
                    manifest + u" is the list of files; give the manifest that 'sign' prints or writes with --out"_s);
    }
    content.manifest = *std::move(verified);
    if (content.manifest.component == caCertComponent) {
        return fail(
            ErrorCode::BadRequest,
            u"%1 is about a CA file, which a device tries with its server; send it from the panel"_s.arg(manifest));
    }
    const auto read = readReleaseZip(zip);
    if (!read) {
        return fail(read.error().withContext(zip));
    }
    if (read->sha256 != content.manifest.sha256 || read->size != content.manifest.size ||
        folderName(read->component) != content.manifest.component) {
        return fail(ErrorCode::HashMismatch,
                    u"%1 is about another file than %2; sign the zip as it is now"_s.arg(manifest, zip));
    }
    if (read->size > maxStickZip) {
        return fail(ErrorCode::TooLarge,
                    u"%1 has more than the %2 MB that a device takes from a stick"_s.arg(zip).arg(maxStickZip >> 20));
    }
    return content;
}

Outcome writeStick(const QString &mount, const QList<StickContent> &releases, const QStringList &devices)
{
    StickOrder order{{}, devices};
    for (const StickContent &release : releases) {
        const QString &component = release.manifest.component;
        const StickRelease named{zipName(component), manifestName(component)};
        if (order.releases.contains(named)) {
            return fail(ErrorCode::BadRequest, u"two releases are of %1"_s.arg(component));
        }
        order.releases += named;
    }
    // A stick that a device couldn't read must not be carried to it.
    if (const auto checked = parseStickOrder(encode(order)); !checked) {
        return fail(checked.error());
    }
    const QString folder = mount + u'/' + stickFolder;
    Outcome done = makeFolder(mount, folder);
    if (done) {
        done = clearOrder(folder);
    }
    if (done) {
        done = checkSpace(folder, releases);
    }
    for (qsizetype i = 0; done && i < releases.size(); ++i) {
        done = copyDurably(releases.at(i).zip, folder + u'/' + order.releases.at(i).zip);
        if (done) {
            done =
                writeFileAtomically(folder + u'/' + order.releases.at(i).release, releases.at(i).signedManifest + '\n');
        }
    }
    if (done) {
        done = writeFileAtomically(folder + u'/' + stickOrderFile, encode(order));
    }
    return done ? syncFolder(mount) : done;
}

} // namespace sgn::provision
