// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/PublicKey.h"
#include "crypto/SigningKey.h"

#include <QByteArray>

namespace sgn {

// Compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037), for release manifests and operators' commands. Less than
// the RFC allows, so that nothing is left to choose for a forger: "alg" is EdDSA, "kid" is there and names a trusted
// key, no "crit" or any other member that would change the meaning, base64url in its one spelling.

// The content of a verified JWS. The payload is bytes; its reader checks that it is what was expected.
struct VerifiedJws
{
    QString kid;
    QByteArray payload;
};

// Internal when OpenSSL fails.
[[nodiscard]] Result<QByteArray> signJws(QByteArrayView payload, const SigningKey &key);

// TooLarge over `maxSize` bytes of `jws`; BadSignature for everything else that is wrong, with one sentence.
[[nodiscard]] Result<VerifiedJws> verifyJws(QByteArrayView jws, const QList<PublicKey> &trusted, qsizetype maxSize);

} // namespace sgn
