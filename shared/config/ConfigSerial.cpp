// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/ConfigSerial.h"

#include "base/JsonText.h"

#include <algorithm>
#include <QJsonDocument>
#include <QJsonObject>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr auto field = "serial"_L1;

QJsonObject objectIn(const QByteArray &json)
{
    return parseJson(json).value_or(QJsonDocument()).object();
}

} // namespace

QByteArray withSerial(const QByteArray &json, qint64 serial)
{
    QJsonObject object = objectIn(json);
    if (object.contains(field)) {
        object[field] = std::max(serial, object[field].toInteger() + 1);
        return QJsonDocument(object).toJson();
    }
    const qsizetype end = json.lastIndexOf('}');
    return json.first(end) + ",\n\"serial\": " + QByteArray::number(serial) + json.sliced(end);
}

bool areSameConfigs(const QByteArray &one, const QByteArray &other)
{
    QJsonObject a = objectIn(one);
    QJsonObject b = objectIn(other);
    a.remove(field);
    b.remove(field);
    return !a.isEmpty() && a == b;
}

} // namespace sgn
