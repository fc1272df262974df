// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "provision/FleetList.h"

#include <QDateTime>
#include <QJsonObject>

namespace sgn::provision {

// The birth records of all devices of the list, as far as they are made.
inline constexpr QLatin1StringView fleetFileName("fleet.json");

// What all images of a batch were made from.
struct BatchOrigin
{
    QString baseName;
    QByteArray baseSha256;
    QString madeBy;       // user@machine
    QString system;       // "Debian 12 (bookworm), arm64"
    QJsonObject releases; // by component: file, sha256, and the version where the release has one
};

// <name>.json: where a device's card comes from. No secrets: `order` is a keyed hash (OrderDigest.h) of all that was
// ordered, by which a later run knows that the image is still what is wanted. `image` names its files.
[[nodiscard]] QJsonObject birthRecord(const FleetDevice &device, const BatchOrigin &origin, const QByteArray &order,
                                      const QJsonObject &image, const QDateTime &now);

// Whether a record was made for that order.
[[nodiscard]] bool isRecordOf(const QJsonObject &record, const QByteArray &order);

// A record with the tags and free columns that the list has now.
[[nodiscard]] QJsonObject withListFields(const QJsonObject &record, const FleetDevice &device);

// The content of fleet.json, for an import: {"format": 1, "devices": [...]}, each as its record without `order`.
[[nodiscard]] QJsonObject fleetFile(const QList<QJsonObject> &records);

// A release's entry in BatchOrigin::releases. NotFound, BadArchive, Io.
[[nodiscard]] Result<QJsonObject> describedRelease(const QString &zip);

} // namespace sgn::provision
