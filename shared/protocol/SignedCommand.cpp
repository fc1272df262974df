// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/SignedCommand.h"

#include "protocol/Json.h"

#include <QJsonDocument>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxJid = 2047;
constexpr qint64 maxSeconds = 253'402'300'799; // the end of the year 9999

QJsonObject toJson(const Command &command)
{
    return QJsonDocument::fromJson(encode(command)).object();
}

QDateTime moment(JsonReader &reader, QLatin1StringView key)
{
    return QDateTime::fromSecsSinceEpoch(reader.requiredInteger(key, 0, maxSeconds), Qt::UTC);
}

} // namespace

QByteArray encode(const Command &command, const CommandClaims &claims)
{
    QJsonObject object = toJson(command);
    object["aud"_L1] = claims.audience;
    object["iat"_L1] = claims.issuedAt.toSecsSinceEpoch();
    object["exp"_L1] = claims.expiresAt.toSecsSinceEpoch();
    return toAsciiJson(object);
}

Result<CommandClaims> parseCommandClaims(const QByteArray &payload)
{
    const auto object = parseJsonObject(payload);
    if (!object) {
        return fail(ErrorCode::BadSignature, object.error().message);
    }
    JsonReader reader(*object);
    CommandClaims claims;
    claims.audience = reader.requiredText("aud"_L1, maxJid);
    claims.issuedAt = moment(reader, "iat"_L1);
    claims.expiresAt = moment(reader, "exp"_L1);
    if (!reader.error() && claims.expiresAt <= claims.issuedAt) {
        reader.reject("exp"_L1, u"is not after \"iat\""_s);
    }
    if (reader.error()) {
        return fail(ErrorCode::BadSignature, reader.error()->message);
    }
    return claims;
}

QByteArray encode(const Command &command, const QByteArray &jws)
{
    QJsonObject object = toJson(command);
    object["jws"_L1] = QString::fromLatin1(jws);
    return toAsciiJson(object);
}

QByteArray jwsOf(const QByteArray &body)
{
    const auto object = parseJsonObject(body);
    return object ? object->value("jws"_L1).toString().toUtf8() : QByteArray();
}

} // namespace sgn
