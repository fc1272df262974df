// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/PatchedFiles.h"

#include "archive/FilePatch.h"
#include "crypto/Sha256.h"

#include <QFileInfo>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

bool isPatchable(const ReleaseContent &content, const QString &path)
{
    const auto file = content.files.constFind(path);
    const QFileInfo installed(content.installed(path));
    return file != content.files.cend() && file->kind != ReleaseFile::Kind::Symlink && file->size > 0 &&
           file->size <= maxPatchedFile && installed.isFile() && !installed.isSymLink() &&
           installed.size() <= maxPatchedFile;
}

} // namespace

QHash<QString, ZipMember> usablePatches(const QList<ZipMember> &members, const ReleaseContent &content,
                                        const QSet<QString> &present, const std::stop_token &stop)
{
    QHash<QString, qint64> lengths;
    for (const ZipMember &member : members) {
        lengths.insert(member.path, member.length);
    }
    QHash<QString, QByteArray> installed; // hashes, each taken once: a zip may have patches of several releases
    QHash<QString, ZipMember> patches;
    for (const ZipMember &member : members) {
        const auto name = patchNameFrom(member.path);
        if (!name || stop.stop_requested() || present.contains(name->path) || !lengths.contains(name->path) ||
            member.length >= lengths.value(name->path) || member.length > maxPatchedFile ||
            !isPatchable(content, name->path)) {
            continue;
        }
        if (!installed.contains(name->path)) {
            installed.insert(name->path, sha256OfFile(content.installed(name->path), stop).value_or(QByteArray()));
        }
        if (installed.value(name->path) == name->oldSha256) {
            patches.insert(name->path, member);
        }
    }
    return patches;
}

} // namespace sgn::download
