// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/ReleaseSignature.h"

#include "crypto/Jws.h"

#include <utility>

namespace sgn {

using namespace Qt::StringLiterals;

Result<QByteArray> signRelease(const ReleaseManifest &manifest, const SigningKey &key)
{
    return signJws(encode(manifest), key);
}

Result<SignedRelease> signForCommand(const ReleaseManifest &manifest, const SigningKey &key)
{
    auto whole = signRelease(manifest, key);
    if (!whole) {
        return fail(std::move(whole).error());
    }
    if (whole->size() <= maxInlineRelease) {
        return SignedRelease{*std::move(whole), {}};
    }
    ReleaseManifest shorter = manifest;
    shorter.files.clear();
    auto release = signRelease(shorter, key);
    if (!release) {
        return fail(std::move(release).error());
    }
    if (release->size() > maxInlineRelease) {
        return fail(ErrorCode::TooLarge,
                    u"the signed release manifest has %1 bytes, a command takes %2"_s.arg(release->size())
                        .arg(maxInlineRelease));
    }
    return SignedRelease{*std::move(release), *std::move(whole)};
}

Result<ReleaseManifest> verifyRelease(QByteArrayView jws, const QList<PublicKey> &releaseKeys)
{
    const auto verified = verifyJws(jws, releaseKeys, maxFileList);
    if (!verified) {
        return fail(verified.error().withContext(u"the release manifest can't be trusted"_s));
    }
    auto manifest = parseReleaseManifest(verified->payload);
    if (!manifest) {
        return fail(manifest.error().withContext(u"the release manifest"_s));
    }
    return manifest;
}

Result<QMap<QString, ReleaseFile>> verifyFileList(QByteArrayView listed, const ReleaseManifest &release,
                                                  const QList<PublicKey> &releaseKeys)
{
    auto manifest = verifyRelease(listed, releaseKeys);
    if (!manifest) {
        return fail(std::move(manifest).error());
    }
    QMap<QString, ReleaseFile> files = std::exchange(manifest->files, release.files);
    if (*manifest != release || files.isEmpty()) {
        return fail(ErrorCode::BadSignature, u"the list of files is another release's"_s);
    }
    return files;
}

} // namespace sgn
