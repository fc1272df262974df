// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/StickOrder.h"

#include "base/JsonText.h"
#include "protocol/Json.h"

#include <algorithm>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr int currentFormat = 1;
constexpr qsizetype maxFileName = 64;
constexpr qsizetype maxDeviceName = 256;

bool isNameCharacter(QChar c)
{
    const char16_t code = c.unicode();
    return (code >= u'a' && code <= u'z') || (code >= u'A' && code <= u'Z') || (code >= u'0' && code <= u'9') ||
           code == u'.' || code == u'_' || code == u'-';
}

QString readName(JsonReader &reader, QLatin1StringView key)
{
    QString name = reader.requiredText(key, maxFileName);
    if (!reader.error() && !isStickFileName(name)) {
        reader.reject(key, u"is no plain file name"_s);
    }
    return name;
}

QList<StickRelease> readReleases(JsonReader &outer)
{
    QList<StickRelease> releases;
    for (const QJsonValue &value : outer.requiredArray("releases"_L1, maxStickReleases)) {
        JsonReader reader(value.toObject());
        const StickRelease release{readName(reader, "zip"_L1), readName(reader, "release"_L1)};
        if (reader.error()) {
            outer.reject("releases"_L1, reader.error()->message);
        }
        releases += release;
    }
    if (releases.isEmpty()) {
        outer.reject("releases"_L1, u"is empty"_s);
    }
    return releases;
}

} // namespace

bool isStickFileName(QStringView name)
{
    return !name.isEmpty() && name.size() <= maxFileName && !name.startsWith(u'.') &&
           std::ranges::all_of(name, isNameCharacter);
}

bool isFor(const StickOrder &order, QStringView jid, QStringView id)
{
    const auto names = [&](const QString &device) {
        return device.compare(jid, Qt::CaseInsensitive) == 0 || device.compare(id, Qt::CaseInsensitive) == 0;
    };
    return order.devices.isEmpty() || std::ranges::any_of(order.devices, names);
}

QByteArray encode(const StickOrder &order)
{
    QJsonArray releases;
    for (const StickRelease &release : order.releases) {
        releases += QJsonObject{{"zip"_L1, release.zip}, {"release"_L1, release.release}};
    }
    QJsonObject object{{"format"_L1, currentFormat}, {"releases"_L1, releases}};
    if (!order.devices.isEmpty()) {
        object["devices"_L1] = QJsonArray::fromStringList(order.devices);
    }
    return toJsonText(object, QJsonDocument::Indented);
}

Result<StickOrder> parseStickOrder(const QByteArray &json)
{
    const auto object = parseJsonObject(json, maxStickOrder);
    if (!object) {
        return fail(object.error());
    }
    JsonReader reader(*object);
    (void)reader.requiredInteger("format"_L1, currentFormat, currentFormat);
    StickOrder order;
    order.releases = readReleases(reader);
    // A list that was emptied must not turn an order for some devices into one for all.
    if (reader.has("devices"_L1)) {
        order.devices = reader.optionalTexts("devices"_L1, maxStickDevices, maxDeviceName);
        if (order.devices.isEmpty()) {
            reader.reject("devices"_L1, u"is empty; leave it out for every device"_s);
        }
    }
    if (reader.error()) {
        return fail(*reader.error());
    }
    return order;
}

} // namespace sgn
