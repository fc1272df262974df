// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/StickHandover.h"

#include "base/JsonText.h"
#include "protocol/Json.h"

namespace sgn::control {

using namespace Qt::StringLiterals;

namespace {

constexpr int currentFormat = 1;
constexpr qsizetype keyLength = 32;
constexpr qsizetype digestLength = 64;
constexpr qsizetype maxReleases = 8;

QString readHex(JsonReader &reader, QLatin1StringView key, qsizetype length)
{
    QString text = reader.requiredText(key, length);
    if (QByteArray::fromHex(text.toLatin1()).toHex() != text.toLatin1() || text.size() != length) {
        reader.reject(key, u"must be %1 hexadecimal digits"_s.arg(length));
    }
    return text;
}

} // namespace

QByteArray encode(const StickHandover &handover)
{
    return toJsonText({{"format"_L1, currentFormat},
                       {"key"_L1, handover.key},
                       {"order"_L1, handover.order},
                       {"releases"_L1, QJsonArray::fromStringList(handover.releases)}});
}

Result<StickHandover> stickHandoverFromJson(const QJsonObject &object)
{
    JsonReader reader(object);
    (void)reader.requiredInteger("format"_L1, currentFormat, currentFormat);
    StickHandover handover;
    handover.key = readHex(reader, "key"_L1, keyLength);
    handover.order = readHex(reader, "order"_L1, digestLength);
    handover.releases = reader.optionalTexts("releases"_L1, maxReleases, maxStickManifest);
    if (handover.releases.isEmpty()) {
        reader.reject("releases"_L1, u"is empty"_s);
    }
    if (reader.error()) {
        return fail(ErrorCode::BadFile, reader.error()->message);
    }
    return handover;
}

} // namespace sgn::control
