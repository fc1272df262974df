// SPDX-License-Identifier: GPL-3.0-or-later
#include "stick/StickFiles.h"

#include "base/SystemError.h"
#include "release/StickOrder.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <QFile>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace sgn::stick {

using namespace Qt::StringLiterals;

namespace {

constexpr int folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::size_t blockSize = 256 * 1024;

Error failure(const QString &name)
{
    // ELOOP: a link; ENXIO: a pipe or a socket.
    if (errno == ELOOP || errno == ENXIO || errno == ENOTDIR) {
        return {ErrorCode::Refused, name + u" on the stick is no regular file"_s};
    }
    if (errno == EEXIST) {
        return {ErrorCode::Busy, name + u" is on the stick already"_s};
    }
    return systemError(name + u" on the stick"_s, errno);
}

Outcome writeAll(const Descriptor &to, QByteArrayView bytes, const QString &what)
{
    while (!bytes.isEmpty()) {
        const ssize_t n = ::write(to.get(), bytes.data(), static_cast<std::size_t>(bytes.size()));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return fail(systemError(u"cannot write "_s + what, n == 0 ? ENOSPC : errno));
        }
        bytes = bytes.sliced(n);
    }
    return {};
}

// Makes the file and has `fill` write it; what isn't whole is removed again.
Outcome addFile(const Descriptor &folder, const QString &name, const std::function<Outcome(const Descriptor &)> &fill)
{
    const QByteArray encoded = QFile::encodeName(name);
    Descriptor file(
        ::openat(folder.get(), encoded.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file.isValid()) {
        return fail(failure(name));
    }
    Outcome done = fill(file);
    if (done && (::fsync(file.get()) != 0 || !file.close())) {
        done = fail(systemError(u"cannot write "_s + name, errno));
    }
    if (!done) {
        ::unlinkat(folder.get(), encoded.constData(), 0);
    }
    return done;
}

} // namespace

Result<QByteArray> copyBytes(const Descriptor &from, const Descriptor &to, qint64 size)
{
    Sha256 hash;
    std::vector<char> block(blockSize);
    for (qint64 left = size;;) {
        const ssize_t n = ::read(from.get(), block.data(), block.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail(systemError(u"cannot read"_s, errno));
        }
        if (n == 0) {
            return left == 0 ? Result<QByteArray>(hash.finish())
                             : fail(ErrorCode::BadFile, u"it ends %1 bytes too early"_s.arg(left));
        }
        left -= n;
        if (left < 0) {
            return fail(ErrorCode::TooLarge, u"it has more than %1 bytes"_s.arg(size));
        }
        const QByteArrayView bytes(block.data(), n);
        hash.addData(bytes);
        if (auto written = writeAll(to, bytes, u"the copy"_s); !written) {
            return fail(std::move(written).error());
        }
    }
}

Result<StickFiles> StickFiles::open(const QString &mount)
{
    const Descriptor top(::open(QFile::encodeName(mount).constData(), folderFlags));
    if (!top.isValid()) {
        return fail(systemError(u"cannot open "_s + mount, errno));
    }
    Descriptor folder(::openat(top.get(), stickFolder.data(), folderFlags));
    if (!folder.isValid()) {
        const bool isNone = errno == ENOENT || errno == ELOOP || errno == ENOTDIR;
        return fail(isNone ? Error{ErrorCode::NotFound, u"the stick has no folder \"%1\""_s.arg(stickFolder)}
                           : failure(stickFolder));
    }
    return StickFiles(std::move(folder));
}

Result<StickFiles::Opened> StickFiles::openFile(const QString &name) const
{
    if (!isStickFileName(name)) {
        return fail(ErrorCode::Refused, u"\"%1\" is no plain file name"_s.arg(name));
    }
    Opened opened;
    opened.file = Descriptor(::openat(m_folder.get(), QFile::encodeName(name).constData(),
                                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info
    {
    };
    if (!opened.file.isValid() || ::fstat(opened.file.get(), &info) != 0) {
        return fail(failure(name));
    }
    if (!S_ISREG(info.st_mode)) {
        return fail(ErrorCode::Refused, name + u" on the stick is no regular file"_s);
    }
    opened.size = info.st_size;
    return opened;
}

Result<QByteArray> StickFiles::read(QLatin1StringView name, qint64 maxSize) const
{
    const auto opened = openFile(name);
    if (!opened) {
        return fail(opened.error());
    }
    QByteArray content;
    while (content.size() <= maxSize) {
        const qsizetype done = content.size();
        content.resize(static_cast<qsizetype>(std::min<qint64>(done + static_cast<qint64>(blockSize), maxSize + 1)));
        const ssize_t n =
            ::read(opened->file.get(), content.data() + done, static_cast<std::size_t>(content.size() - done));
        content.resize(done + std::max<ssize_t>(n, 0));
        if (n == 0) {
            return content;
        }
        if (n < 0 && errno != EINTR) {
            return fail(systemError(u"cannot read %1 on the stick"_s.arg(name), errno));
        }
    }
    return fail(ErrorCode::TooLarge, u"%1 on the stick has more than %2 bytes"_s.arg(name).arg(maxSize));
}

Result<Descriptor> StickFiles::openResults() const
{
    if (::mkdirat(m_folder.get(), stickResultsFolder.data(), 0755) != 0 && errno != EEXIST) {
        return fail(failure(stickResultsFolder));
    }
    Descriptor folder(::openat(m_folder.get(), stickResultsFolder.data(), folderFlags));
    if (!folder.isValid()) {
        return fail(failure(stickResultsFolder));
    }
    return folder;
}

Outcome StickFiles::addResult(const QString &name, const QByteArray &content) const
{
    const auto folder = openResults();
    if (!folder) {
        return fail(folder.error());
    }
    return addFile(*folder, name, [&](const Descriptor &file) { return writeAll(file, content, name); });
}

Outcome StickFiles::addResult(const QString &name, const Descriptor &from, qint64 size) const
{
    const auto folder = openResults();
    if (!folder) {
        return fail(folder.error());
    }
    return addFile(*folder, name, [&](const Descriptor &file) -> Outcome {
        const auto copied = copyBytes(from, file, size);
        return copied ? Outcome() : fail(copied.error());
    });
}

Outcome StickFiles::sync() const
{
    if (::syncfs(m_folder.get()) != 0) {
        return fail(systemError(u"cannot sync the stick"_s, errno));
    }
    return {};
}

} // namespace sgn::stick
