// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/PublicKey.h"
#include "crypto/SigningKey.h"
#include "release/ReleaseManifest.h"

namespace sgn {

// A manifest as a compact JWS of a release key: what a command carries as `release`.

// Internal when OpenSSL fails.
[[nodiscard]] Result<QByteArray> signRelease(const ReleaseManifest &manifest, const SigningKey &key);
// The same for a command: without `files` when it would be longer than maxInlineRelease with them. TooLarge when that
// isn't enough.
[[nodiscard]] Result<QByteArray> signInlineRelease(const ReleaseManifest &manifest, const SigningKey &key);

// BadSignature: not signed by one of the keys, whose ids tell them apart while one takes over from the other; TooLarge;
// BadRequest: signed, and no release manifest.
[[nodiscard]] Result<ReleaseManifest> verifyRelease(QByteArrayView jws, const QList<PublicKey> &releaseKeys);

} // namespace sgn
