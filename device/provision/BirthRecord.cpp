// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/BirthRecord.h"

#include "package/ReleaseZip.h"

#include <QFileInfo>
#include <QJsonArray>

namespace sgn::provision {

using namespace Qt::StringLiterals;

QJsonObject birthRecord(const FleetDevice &device, const BatchOrigin &origin, const QByteArray &order,
                        const QJsonObject &image, const QDateTime &now)
{
    const QJsonObject record{
        {u"format"_s, 1},
        {u"name"_s, device.name},
        {u"jid"_s, device.jid},
        {u"id"_s, device.id},
        {u"host_name"_s, device.hostName},
        {u"made"_s, now.toUTC().toString(Qt::ISODate)},
        {u"made_by"_s, origin.madeBy},
        {u"program"_s, QStringLiteral("sgn-provision " SGN_VERSION_STRING)},
        {u"base"_s,
         QJsonObject{{u"file"_s, origin.baseName}, {u"sha256"_s, QString::fromLatin1(origin.baseSha256.toHex())}}},
        {u"system"_s, origin.system},
        {u"releases"_s, origin.releases},
        {u"image"_s, image},
        {u"order"_s, QString::fromLatin1(order.toHex())},
    };
    return withListFields(record, device);
}

bool isRecordOf(const QJsonObject &record, const QByteArray &order)
{
    return record.value(u"order"_s).toString() == QString::fromLatin1(order.toHex());
}

QJsonObject withListFields(const QJsonObject &record, const FleetDevice &device)
{
    QJsonObject changed = record;
    changed.insert(u"tags"_s, QJsonArray::fromStringList(device.tags));
    changed.insert(u"columns"_s, device.columns);
    return changed;
}

QJsonObject fleetFile(const QList<QJsonObject> &records)
{
    QJsonArray devices;
    for (QJsonObject record : records) {
        record.remove(u"order"_s);
        devices += record;
    }
    return {{u"format"_s, 1}, {u"devices"_s, devices}};
}

Result<QJsonObject> describedRelease(const QString &zip)
{
    const auto release = readReleaseZip(zip);
    if (!release) {
        return fail(release.error().withContext(zip));
    }
    QJsonObject described{{u"file"_s, QFileInfo(zip).fileName()},
                          {u"sha256"_s, QString::fromLatin1(release->sha256.toHex())}};
    if (release->version) {
        described.insert(u"version"_s, *release->version);
    }
    return described;
}

} // namespace sgn::provision
