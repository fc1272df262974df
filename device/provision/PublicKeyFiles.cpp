// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/PublicKeyFiles.h"

#include "base/AtomicFile.h"

namespace sgn::provision {

Result<QList<PublicKey>> readPublicKeys(const QStringList &files)
{
    QList<PublicKey> keys;
    for (const QString &path : files) {
        const auto jwk = readJsonFile(path);
        if (!jwk) {
            return fail(jwk.error());
        }
        auto key = publicKeyFromJwk(*jwk);
        if (!key) {
            return fail(std::move(key).error().withContext(path));
        }
        keys += *std::move(key);
    }
    return keys;
}

} // namespace sgn::provision
