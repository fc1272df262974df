// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/PublicKey.h"
#include "crypto/SecureBytes.h"

namespace sgn {

// The private part of a release or operator key. Kept in a file of mode 0600, or in a keyring, as a JSON Web Key with
// "d" (RFC 8037).
struct SigningKey
{
    QString kid;
    SecureBytes seed;
};

// A new key; its id is `purpose` and the beginning of the key's thumbprint (RFC 7638), so that two keys never share
// one.
[[nodiscard]] Result<SigningKey> newSigningKey(const QString &purpose);
[[nodiscard]] Result<PublicKey> publicKeyOf(const SigningKey &key);

// As a JSON Web Key with "d", for a keyring. BadFile with the member that is wrong.
[[nodiscard]] Result<SigningKey> signingKeyFromJwk(const QByteArray &text);
[[nodiscard]] Result<QByteArray> toPrivateJwk(const SigningKey &key);

// NotFound, Io; Refused when others than the owner may read or write the file; BadFile.
[[nodiscard]] Result<SigningKey> loadSigningKey(const QString &path);
// Mode 0600. NotFound (no such folder), NoSpace, Io.
[[nodiscard]] Outcome saveSigningKey(const SigningKey &key, const QString &path);

} // namespace sgn
