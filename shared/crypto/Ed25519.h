// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/SecureBytes.h"

#include <QByteArray>

namespace sgn {

// Ed25519 (RFC 8032) on bytes, by OpenSSL. Jws.h is what messages and releases use.
inline constexpr qsizetype ed25519SeedSize = 32;
inline constexpr qsizetype ed25519SignatureSize = 64;

// A new private key: 32 random bytes. Internal when there is no randomness.
[[nodiscard]] Result<SecureBytes> newEd25519Seed();
// The 32 bytes of the public key. Internal for a seed of another size.
[[nodiscard]] Result<QByteArray> ed25519PublicKey(const SecureBytes &seed);
[[nodiscard]] Result<QByteArray> ed25519Sign(QByteArrayView message, const SecureBytes &seed);
// False also for keys and signatures of another size.
[[nodiscard]] bool ed25519Verify(QByteArrayView message, QByteArrayView signature, QByteArrayView publicKey);

} // namespace sgn
