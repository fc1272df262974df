// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ReleaseSigner.h"

#include "release/ReleaseSignature.h"

#include <QtConcurrent>

namespace sgn {

ReleaseSigner::ReleaseSigner(SigningKey key)
    : m_key(std::make_shared<const SigningKey>(std::move(key)))
{}

QFuture<Result<QByteArray>> ReleaseSigner::sign(const ReleaseZip &zip, const QList<ProcessVersion> &processes,
                                                int version, const QDateTime &created) const
{
    ReleaseManifest manifest = manifestOf(zip, created);
    manifest.processes = processes;
    manifest.version = version;
    return QtConcurrent::run([manifest, path = zip.path, key = m_key]() mutable -> Result<QByteArray> {
        auto files = readReleaseFiles(path);
        if (!files) {
            return fail(std::move(files).error());
        }
        manifest.files = *std::move(files);
        return signInlineRelease(manifest, *key);
    });
}

} // namespace sgn
