// SPDX-License-Identifier: GPL-3.0-or-later
#include "package/ReleasePatches.h"

#include "archive/FilePatch.h"
#include "archive/Zip.h"
#include "archive/ZipAssembly.h"
#include "archive/ZipFormat.h"
#include "archive/ZipPath.h"
#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "crypto/Sha256.h"

#include <cerrno>
#include <cstdio>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QTemporaryDir>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 smallest = 4096; // of a member that a patch is tried for
constexpr double worth = 0.8;

Outcome unpack(const QString &zip, const QString &target)
{
    const auto entries = listZip(zip);
    const auto top = entries ? topFolderOf(*entries) : fail(entries.error());
    if (!top) {
        return fail(top.error().withContext(zip));
    }
    const auto unpacked = extractZip(zip, target, {*top, {}, {}, {}});
    return unpacked ? Outcome() : fail(unpacked.error().withContext(zip));
}

Result<QList<ZipMember>> membersOf(const QString &zip)
{
    QFile file(zip);
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(systemError(u"cannot read "_s + zip, errno));
    }
    const qint64 tailSize = std::min(file.size(), maxZipEndSize);
    file.seek(file.size() - tailSize);
    const auto end = findZipEnd(file.read(tailSize), file.size());
    if (!end) {
        return fail(end.error().withContext(zip));
    }
    file.seek(end->start);
    return readZipMembers(file.read(end->size), *end);
}

// The entry of a file that is stored, without its place (APPNOTE 4.3.12).
QByteArray storedEntry(const QString &path, QByteArrayView content)
{
    constexpr quint16 madeByUnix = 0x0314; // version 2.0
    constexpr quint16 needed = 20;
    constexpr quint32 plainFile = 0100644U << 16U;
    constexpr quint16 firstDay = (1 << 5) | 1; // 1980-01-01: the same input makes the same zip
    const QByteArray name = path.toUtf8();
    QByteArray entry(zip::entrySize, '\0');
    entry.replace(0, zip::entrySignature.size(), zip::entrySignature);
    zip::put16(entry, 4, madeByUnix);
    zip::put16(entry, 6, needed);
    zip::put16(entry, 8, zip::flagUtf8);
    zip::put16(entry, 10, zip::stored);
    zip::put16(entry, 14, firstDay);
    zip::put32(entry, 16, zip::crc32(content));
    zip::put32(entry, 20, static_cast<quint32>(content.size()));
    zip::put32(entry, 24, static_cast<quint32>(content.size()));
    zip::put16(entry, 28, static_cast<quint16>(name.size()));
    zip::put32(entry, 38, plainFile);
    return entry + name;
}

// Two unpacked releases, and a folder for the patches between them.
class Patches
{
public:
    Patches(const QString &oldFolder, const QString &newFolder, const QString &folder)
        : m_old(oldFolder)
        , m_new(newFolder)
        , m_folder(folder)
    {}

    // Nothing where no patch is worth it.
    Result<std::optional<ZipPart>> make(const ZipMember &member)
    {
        const QFileInfo older(m_old + u'/' + member.path);
        const bool isPatchable = member.isFile && member.length >= smallest && member.size <= maxPatchedFile &&
                                 older.isFile() && !older.isSymLink() && older.size() <= maxPatchedFile;
        if (!isPatchable) {
            return std::nullopt;
        }
        const auto oldContent = readFile(older.filePath(), maxPatchedFile);
        const auto newContent = readFile(m_new + u'/' + member.path, maxPatchedFile);
        if (!oldContent || !newContent) {
            return fail(oldContent ? newContent.error() : oldContent.error());
        }
        if (*oldContent == *newContent) {
            return std::nullopt;
        }
        const auto patch = makePatch(*oldContent, *newContent);
        if (!patch) {
            return fail(patch.error());
        }
        if (static_cast<double>(patch->size()) > worth * static_cast<double>(member.length)) {
            return std::nullopt;
        }
        const QString path = toMemberPath({member.path, Sha256::hash(*oldContent)});
        // It is 80 characters longer than the file's.
        return zipPath(path.toUtf8()) ? keep(path, *patch) : Result<std::optional<ZipPart>>(std::nullopt);
    }

private:
    Result<std::optional<ZipPart>> keep(const QString &path, const QByteArray &patch)
    {
        const QString file = m_folder + u'/' + QString::number(m_made++);
        if (const Outcome written = writeFileAtomically(file, patch, 0600); !written) {
            return fail(written.error());
        }
        ZipPart part;
        part.member = {path, true, 0, 0, patch.size(), storedEntry(path, patch)};
        part.source = ZipPart::Source::Content;
        part.file = file;
        return part;
    }

    QString m_old;
    QString m_new;
    QString m_folder;
    int m_made = 0;
};

} // namespace

Result<PatchReport> addPatches(const QString &zip, const QString &oldZip)
{
    const QTemporaryDir folder;
    for (const auto &[source, target] : {std::pair{zip, u"new"_s}, std::pair{oldZip, u"old"_s}}) {
        if (auto unpacked = unpack(source, folder.filePath(target)); !unpacked) {
            return fail(std::move(unpacked).error());
        }
    }
    const auto members = membersOf(zip);
    if (!members) {
        return fail(members.error());
    }
    Patches patches(folder.filePath(u"old"_s), folder.filePath(u"new"_s), folder.path());
    QHash<QString, ZipPart> made;
    QList<ZipPart> added;
    for (const ZipMember &member : *members) {
        const bool isFull = members->size() + added.size() >= ZipLimits().maxEntries;
        auto part =
            isFull || patchNameFrom(member.path) ? Result<std::optional<ZipPart>>(std::nullopt) : patches.make(member);
        if (!part) {
            return fail(std::move(part).error());
        }
        if (*part) {
            made.insert((*part)->member.path, **part);
            added += **part;
        }
    }
    QList<ZipPart> parts;
    for (const ZipMember &member : *members) {
        if (!made.contains(member.path)) {
            parts += {member, ZipPart::Source::Member, zip, member.offset};
        }
    }
    const QString patched = zip + u".new"_s;
    if (auto assembled = assembleZip(parts + added, patched); !assembled) {
        return fail(std::move(assembled).error());
    }
    const PatchReport report{static_cast<int>(added.size()), QFileInfo(patched).size() - QFileInfo(zip).size()};
    if (std::rename(QFile::encodeName(patched).constData(), QFile::encodeName(zip).constData()) != 0) {
        const int error = errno;
        QFile::remove(patched);
        return fail(systemError(u"cannot exchange "_s + zip, error));
    }
    return report;
}

} // namespace sgn
