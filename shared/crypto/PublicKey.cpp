// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/PublicKey.h"

#include "crypto/Base64Url.h"

#include <algorithm>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxKidLength = 128;

bool isPrintable(const QString &text)
{
    return std::ranges::all_of(text, [](QChar c) { return c.isPrint(); });
}

} // namespace

Result<PublicKey> publicKeyFromJwk(const QJsonObject &jwk)
{
    if (jwk.contains("d"_L1)) {
        return fail(ErrorCode::BadFile, u"'d' is a private key, which doesn't belong here"_s);
    }
    if (jwk.value("kty"_L1) != "OKP"_L1) {
        return fail(ErrorCode::BadFile, u"'kty' must be \"OKP\""_s);
    }
    if (jwk.value("crv"_L1) != "Ed25519"_L1) {
        return fail(ErrorCode::BadFile, u"'crv' must be \"Ed25519\""_s);
    }
    PublicKey key;
    key.kid = jwk.value("kid"_L1).toString();
    if (key.kid.isEmpty() || key.kid.size() > maxKidLength || !isPrintable(key.kid)) {
        return fail(ErrorCode::BadFile, u"'kid' must be a text of 1 to %1 characters"_s.arg(maxKidLength));
    }
    const auto decoded = fromBase64Url(jwk.value("x"_L1).toString().toLatin1());
    if (!decoded || decoded->size() != PublicKey::size) {
        return fail(ErrorCode::BadFile, u"'x' must be %1 bytes in base64url"_s.arg(PublicKey::size));
    }
    key.bytes = *decoded;
    return key;
}

QJsonObject toJwk(const PublicKey &key)
{
    return {{u"kty"_s, u"OKP"_s},
            {u"crv"_s, u"Ed25519"_s},
            {u"kid"_s, key.kid},
            {u"x"_s, QString::fromLatin1(toBase64Url(key.bytes))}};
}

} // namespace sgn
