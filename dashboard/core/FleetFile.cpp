// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/FleetFile.h"

#include "base/AtomicFile.h"
#include "protocol/Json.h"
#include "xmpp/Jid.h"

#include <QJsonArray>
#include <QSet>

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxSize = 256 * 1024 * 1024;

} // namespace

records::Expected<QStringList> readFleetFile(const QString &path)
{
    const auto bytes = readFile(path, maxSize);
    if (!bytes) {
        return records::fail(bytes.error());
    }
    const auto object = parseJsonObject(*bytes, maxSize);
    if (!object || object->value("format"_L1).toInt() != 1) {
        return records::fail(ErrorCode::BadFile, records::FactCode::BadFleetFile, {path});
    }
    const QJsonArray devices =
        object->contains("devices"_L1) ? object->value("devices"_L1).toArray() : QJsonArray{*object};
    QStringList jids;
    QSet<QString> known;
    for (const QJsonValue &device : devices) {
        const QString written = device.toObject().value("jid"_L1).toString();
        if (!xmpp::isBareAccountJid(written)) {
            return records::fail(
                records::Problem(ErrorCode::BadRequest, records::FactCode::BadDeviceJid, {written.left(100)})
                    .withContext(records::FactCode::InFile, {path}));
        }
        if (const QString jid = xmpp::bareJid(written); !known.contains(jid)) {
            known.insert(jid);
            jids += jid;
        }
    }
    return jids;
}

} // namespace sgn::core
