// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/PatchedFiles.h"

#include "archive/FilePatch.h"
#include "archive/ZipFormat.h"
#include "crypto/Sha256.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

bool isPatchable(const DeltaBase &base, const QString &path)
{
    const auto file = base.files.constFind(path);
    const QFileInfo installed(base.installed(path));
    return file != base.files.cend() && file->kind != ReleaseFile::Kind::Symlink && file->size > 0 &&
           file->size <= maxPatchedFile && installed.isFile() && !installed.isSymLink() &&
           installed.size() <= maxPatchedFile;
}

// The content of a member that is stored, from its raw bytes with the local header.
Result<QByteArray> storedContent(const ZipMember &member, const QString &rangesFile, qint64 place)
{
    QFile file(rangesFile);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) || !file.seek(place)) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(rangesFile, file.errorString()));
    }
    const QByteArray raw = file.read(member.length);
    if (raw.size() != member.length || raw.size() < zip::localSize || !raw.startsWith(zip::localSignature) ||
        zip::u16(member.directoryEntry, 10) != zip::stored) {
        return fail(ErrorCode::BadArchive, u"%1 isn't stored as a patch is"_s.arg(member.path));
    }
    const qsizetype start = zip::localSize + zip::u16(raw, 26) + zip::u16(raw, 28);
    if (start + member.size > raw.size()) {
        return fail(ErrorCode::BadArchive, u"%1 is cut"_s.arg(member.path));
    }
    return raw.sliced(start, member.size);
}

Outcome makeFile(const ZipMember &patch, const QString &path, const DeltaBase &base, const QString &rangesFile,
                 qint64 place, const QString &target)
{
    const auto content = storedContent(patch, rangesFile, place);
    if (!content) {
        return fail(content.error());
    }
    const ReleaseFile &file = *base.files.constFind(path);
    if (const Outcome applied = applyPatch(*content, base.installed(path), target, file.size); !applied) {
        return applied;
    }
    const auto hash = sha256OfFile(target);
    if (!hash) {
        return fail(hash.error());
    }
    return *hash == file.sha256 ? Outcome() : fail(ErrorCode::HashMismatch, u"the patch makes another %1"_s.arg(path));
}

} // namespace

QHash<QString, ZipMember> usablePatches(const QList<ZipMember> &members, const DeltaBase &base,
                                        const QSet<QString> &unchanged, const std::stop_token &stop)
{
    QHash<QString, qint64> lengths;
    for (const ZipMember &member : members) {
        lengths.insert(member.path, member.length);
    }
    QHash<QString, QByteArray> installed; // hashes, each taken once: a zip may have patches of several releases
    QHash<QString, ZipMember> patches;
    for (const ZipMember &member : members) {
        const auto name = patchNameFrom(member.path);
        if (!name || stop.stop_requested() || unchanged.contains(name->path) || !lengths.contains(name->path) ||
            member.length >= lengths.value(name->path) || member.length > maxPatchedFile ||
            !isPatchable(base, name->path)) {
            continue;
        }
        if (!installed.contains(name->path)) {
            installed.insert(name->path, sha256OfFile(base.installed(name->path), stop).value_or(QByteArray()));
        }
        if (installed.value(name->path) == name->oldSha256) {
            patches.insert(name->path, member);
        }
    }
    return patches;
}

Outcome makePatchedFiles(const DeltaPlan &plan, const DeltaBase &base, const QString &rangesFile, const QString &folder,
                         const std::stop_token &stop)
{
    if (!plan.patched.isEmpty() && !QDir().mkpath(folder)) {
        return fail(ErrorCode::Io, u"cannot make the folder "_s + folder);
    }
    for (auto it = plan.patched.cbegin(); it != plan.patched.cend(); ++it) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::Cancelled, u"patching was cancelled"_s);
        }
        const qint64 place = placeInRanges(plan, it->offset);
        const Outcome made = makeFile(*it, it.key(), base, rangesFile, place, patchedFile(base, it.key(), folder));
        if (!made) {
            return made;
        }
    }
    return {};
}

QString patchedFile(const DeltaBase &base, const QString &path, const QString &folder)
{
    return folder + u'/' + QString::fromLatin1(base.files.value(path).sha256.toHex());
}

} // namespace sgn::download
