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

// A point of order 1, 2, 4 or 8, or none of the curve in its one spelling (RFC 8032 section 5.1.3): a signature that
// verifies with such a key for any text can be made by everyone. `bytes`: y in little endian, the top bit is x's sign.
bool isWeak(QByteArray bytes)
{
    bytes[PublicKey::size - 1] = static_cast<char>(bytes.back() & 0x7f);
    std::ranges::reverse(bytes);
    // p = 2^255 - 19. Of what has that size: y = -1 (order 2), and what isn't less than p.
    static const QByteArray minusOne = "7f" + QByteArray(60, 'f') + "ec";
    static const QByteArrayList few{
        QByteArray(64, '0'),                                                   // order 4
        QByteArray(63, '0') + '1',                                             // order 1
        "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"_ba, // order 8
        "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"_ba, // order 8
    };
    const QByteArray y = bytes.toHex();
    return y >= minusOne || few.contains(y);
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
    if (isWeak(*decoded)) {
        return fail(ErrorCode::BadFile, u"'x' is no public key: everyone could sign for it"_s);
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
