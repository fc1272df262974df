// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Jws.h"

#include "base/JsonText.h"
#include "crypto/Base64Url.h"
#include "crypto/Ed25519.h"

#include <algorithm>
#include <QJsonObject>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxHeaderSize = 1024;

tl::unexpected<Error> bad(const QString &why)
{
    return fail(ErrorCode::BadSignature, why);
}

// The key id that the header names.
Result<QString> readHeader(QByteArrayView encoded)
{
    const auto text = encoded.size() <= maxHeaderSize ? fromBase64Url(encoded) : std::nullopt;
    const auto document = text ? parseJson(*text) : fail(ErrorCode::BadSignature, QString());
    const QJsonObject header = document ? document->object() : QJsonObject();
    if (header.isEmpty()) {
        return bad(u"the signature's header can't be read"_s);
    }
    if (header.value("alg"_L1) != "EdDSA"_L1) {
        return bad(u"the signature's algorithm is not EdDSA"_s);
    }
    for (const QString &member : header.keys()) {
        if (member != "alg"_L1 && member != "kid"_L1 && member != "typ"_L1) {
            return bad(u"the signature's header has a member that this version doesn't know"_s);
        }
    }
    const QString kid = header.value("kid"_L1).toString();
    if (kid.isEmpty()) {
        return bad(u"the signature doesn't name its key"_s);
    }
    return kid;
}

} // namespace

Result<QByteArray> signJws(QByteArrayView payload, const SigningKey &key)
{
    const QJsonObject header{{u"alg"_s, u"EdDSA"_s}, {u"kid"_s, key.kid}};
    const QByteArray input =
        toBase64Url(QJsonDocument(header).toJson(QJsonDocument::Compact)) + '.' + toBase64Url(payload);
    const auto signature = ed25519Sign(input, key.seed);
    if (!signature) {
        return fail(signature.error());
    }
    return input + '.' + toBase64Url(*signature);
}

Result<VerifiedJws> verifyJws(QByteArrayView jws, const QList<PublicKey> &trusted, qsizetype maxSize)
{
    if (jws.size() > maxSize) {
        return fail(ErrorCode::TooLarge, u"the signed text is larger than %1 bytes"_s.arg(maxSize));
    }
    const qsizetype first = jws.indexOf('.');
    const qsizetype last = jws.lastIndexOf('.');
    if (first < 0 || last == first || jws.sliced(first + 1, last - first - 1).contains('.')) {
        return bad(u"it is not a signed text of three parts"_s);
    }
    auto kid = readHeader(jws.first(first));
    if (!kid) {
        return fail(std::move(kid).error());
    }
    const auto key = std::ranges::find(trusted, *kid, &PublicKey::kid);
    if (key == trusted.end()) {
        return bad(u"the signature's key is not trusted here"_s);
    }
    const auto signature = fromBase64Url(jws.sliced(last + 1));
    auto payload = fromBase64Url(jws.sliced(first + 1, last - first - 1));
    if (!signature || !payload || !ed25519Verify(jws.first(last), *signature, key->bytes)) {
        return bad(u"the signature by key '%1' is wrong"_s.arg(*kid));
    }
    return VerifiedJws{*std::move(kid), *std::move(payload)};
}

} // namespace sgn
