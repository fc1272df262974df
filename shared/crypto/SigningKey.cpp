// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/SigningKey.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "crypto/Base64Url.h"
#include "crypto/Ed25519.h"
#include "crypto/Sha256.h"

#include <cerrno>
#include <QFile>
#include <QJsonDocument>
#include <sys/stat.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxKeyFileSize = 4096;
constexpr qsizetype thumbprintLength = 12; // 72 bits

Result<SigningKey> readKey(QJsonObject jwk)
{
    const auto seed = fromBase64Url(jwk.take("d"_L1).toString().toLatin1());
    const auto stated = publicKeyFromJwk(jwk);
    if (!stated) {
        return fail(stated.error());
    }
    if (!seed || seed->size() != ed25519SeedSize) {
        return fail(ErrorCode::BadFile, u"'d' must be %1 bytes in base64url"_s.arg(ed25519SeedSize));
    }
    SigningKey key{stated->kid, SecureBytes(QByteArrayView(*seed))};
    if (publicKeyOf(key) != *stated) {
        return fail(ErrorCode::BadFile, u"'x' and 'd' are parts of different keys"_s);
    }
    return key;
}

} // namespace

Result<SigningKey> newSigningKey(const QString &purpose)
{
    auto seed = newEd25519Seed();
    if (!seed) {
        return fail(std::move(seed).error());
    }
    const auto publicKey = ed25519PublicKey(*seed);
    if (!publicKey) {
        return fail(publicKey.error());
    }
    // RFC 7638 section 3, with the members that RFC 8037 section 2 names: in this order, without white space.
    const QByteArray members = R"({"crv":"Ed25519","kty":"OKP","x":")" + toBase64Url(*publicKey) + R"("})";
    const QByteArray thumbprint = toBase64Url(Sha256::hash(members)).first(thumbprintLength);
    return SigningKey{purpose + u'-' + QString::fromLatin1(thumbprint), *std::move(seed)};
}

Result<PublicKey> publicKeyOf(const SigningKey &key)
{
    auto bytes = ed25519PublicKey(key.seed);
    if (!bytes) {
        return fail(std::move(bytes).error());
    }
    return PublicKey{key.kid, *std::move(bytes)};
}

Result<SigningKey> loadSigningKey(const QString &path)
{
    struct stat info
    {
    };
    if (::stat(QFile::encodeName(path).constData(), &info) != 0) {
        return fail(systemError(u"cannot read "_s + path, errno));
    }
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(ErrorCode::Refused,
                    u"the private key %1 is open to others; \"chmod go= %1\" closes it"_s.arg(path));
    }
    auto jwk = readJsonFile(path, maxKeyFileSize);
    if (!jwk) {
        return fail(std::move(jwk).error());
    }
    auto key = readKey(*std::move(jwk));
    if (!key) {
        return fail(key.error().withContext(path));
    }
    return key;
}

Result<SigningKey> signingKeyFromJwk(const QByteArray &text)
{
    return readKey(QJsonDocument::fromJson(text).object());
}

Result<QByteArray> toPrivateJwk(const SigningKey &key)
{
    const auto publicKey = publicKeyOf(key);
    if (!publicKey) {
        return fail(publicKey.error());
    }
    QJsonObject jwk = toJwk(*publicKey);
    jwk.insert("d"_L1, QString::fromLatin1(toBase64Url(key.seed.view())));
    return QJsonDocument(jwk).toJson();
}

Outcome saveSigningKey(const SigningKey &key, const QString &path)
{
    const auto jwk = toPrivateJwk(key);
    if (!jwk) {
        return fail(jwk.error());
    }
    return writeFileAtomically(path, *jwk, 0600);
}

} // namespace sgn
