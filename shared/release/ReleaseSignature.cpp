// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/ReleaseSignature.h"

#include "crypto/Jws.h"

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxSignedManifest = 8 * 1024 * 1024;

} // namespace

Result<QByteArray> signRelease(const ReleaseManifest &manifest, const SigningKey &key)
{
    return signJws(encode(manifest), key);
}

Result<QByteArray> signInlineRelease(const ReleaseManifest &manifest, const SigningKey &key)
{
    auto jws = signRelease(manifest, key);
    if (jws && jws->size() > maxInlineRelease) {
        ReleaseManifest shorter = manifest;
        shorter.files.clear();
        jws = signRelease(shorter, key);
    }
    if (jws && jws->size() > maxInlineRelease) {
        return fail(
            ErrorCode::TooLarge,
            u"the signed release manifest has %1 bytes, a command takes %2"_s.arg(jws->size()).arg(maxInlineRelease));
    }
    return jws;
}

Result<ReleaseManifest> verifyRelease(QByteArrayView jws, const QList<PublicKey> &releaseKeys)
{
    const auto verified = verifyJws(jws, releaseKeys, maxSignedManifest);
    if (!verified) {
        return fail(verified.error().withContext(u"the release manifest can't be trusted"_s));
    }
    auto manifest = parseReleaseManifest(verified->payload);
    if (!manifest) {
        return fail(manifest.error().withContext(u"the release manifest"_s));
    }
    return manifest;
}

} // namespace sgn
