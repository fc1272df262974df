// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ReleaseSigner.h"

#include <QFileInfo>
#include <QtConcurrent>

namespace sgn::core {

ReleaseSigner::ReleaseSigner(SigningKey key)
    : m_key(std::make_shared<const SigningKey>(std::move(key)))
{}

Result<SignedRelease> ReleaseSigner::sign(const CaFile &file, const QDateTime &created) const
{
    ReleaseManifest manifest;
    manifest.component = caCertComponent;
    manifest.release = QFileInfo(file.path).fileName();
    manifest.sha256 = file.sha256;
    manifest.size = file.size;
    manifest.created = created;
    return signForCommand(manifest, *m_key);
}

QFuture<Result<SignedRelease>> ReleaseSigner::sign(const ReleaseZip &zip, const QList<ProcessVersion> &processes,
                                                   int version, const QDateTime &created) const
{
    ReleaseManifest manifest = manifestOf(zip, created);
    manifest.processes = processes;
    manifest.version = version;
    return QtConcurrent::run([manifest, path = zip.path, key = m_key]() mutable -> Result<SignedRelease> {
        auto files = readReleaseFiles(path);
        if (!files) {
            return fail(std::move(files).error());
        }
        manifest.files = *std::move(files);
        return signForCommand(manifest, *key);
    });
}

} // namespace sgn::core
