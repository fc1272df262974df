// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QString>

namespace sgn {

// An Ed25519 public key that is trusted for something, named by its key id.
struct PublicKey
{
    static constexpr qsizetype size = 32;

    QString kid;
    QByteArray bytes;

    friend bool operator==(const PublicKey &, const PublicKey &) = default;
};

// From and to a JSON Web Key of RFC 8037 section 2: {"kty": "OKP", "crv": "Ed25519", "kid": "...", "x": "<base64url>"}.
// BadFile with one sentence that names the member which is wrong, also when it holds a private part ("d").
[[nodiscard]] Result<PublicKey> publicKeyFromJwk(const QJsonObject &jwk);
[[nodiscard]] QJsonObject toJwk(const PublicKey &key);

} // namespace sgn
