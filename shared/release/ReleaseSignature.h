// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/PublicKey.h"
#include "crypto/SigningKey.h"
#include "release/ReleaseManifest.h"

namespace sgn {

// A manifest as a compact JWS of a release key: what a command carries as `release`.

// Internal when OpenSSL fails.
[[nodiscard]] Result<QByteArray> signRelease(const ReleaseManifest &manifest, const SigningKey &key);

// The signed texts that are sent along with a release.
struct SignedRelease
{
    QByteArray release; // for the command: without `files` when it would be longer than maxInlineRelease with them
    QByteArray listed;  // with them, for a file at the command's `release_url`; empty where `release` has them

    friend bool operator==(const SignedRelease &, const SignedRelease &) = default;
};
// TooLarge when a command can't even hold it without `files`.
[[nodiscard]] Result<SignedRelease> signForCommand(const ReleaseManifest &manifest, const SigningKey &key);

// BadSignature: not signed by one of the keys (there are two or more while one replaces another); TooLarge; BadRequest:
// signed, and no release manifest.
[[nodiscard]] Result<ReleaseManifest> verifyRelease(QByteArrayView jws, const QList<PublicKey> &releaseKeys);
// The files that SignedRelease::listed names for the release that a command was verified to be about. As above;
// BadSignature also for the list of another release.
[[nodiscard]] Result<QMap<QString, ReleaseFile>> verifyFileList(QByteArrayView listed, const ReleaseManifest &release,
                                                                const QList<PublicKey> &releaseKeys);
// The largest SignedRelease::listed in bytes: enough for the most files there can be.
inline constexpr qint64 maxFileList = 8 * 1024 * 1024;

} // namespace sgn
