// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "table/CsvText.h"

#include <QJsonObject>

namespace sgn::provision {

// A device that a list of a fleet names, with what the list has of it.
struct FleetDevice
{
    int line = 0;
    QString jid;      // bare, in lower case
    QString password; // empty: one has to be generated
    QString id;       // rpi_unique_id; a MAC address as "b8:27:eb:00:00:01"
    QString hostName; // empty: that of the image stays
    QString name;     // of its files: the host name, else the account's
    QStringList tags;
    QJsonObject columns; // the others of the list

    friend bool operator==(const FleetDevice &, const FleetDevice &) = default;
};

// A list of a fleet as it was judged.
struct FleetList
{
    QList<FleetDevice> devices;
    QStringList problems; // "line 7: has the JID of line 3"
    QStringList remarks;  // of the template, see DeviceConfig
};

// The fields of the configuration that all devices of a fleet have in common. BadFile: it is no JSON object, or has
// fields that are different on each device.
[[nodiscard]] Result<QJsonObject> readTemplate(const QByteArray &json);

// A device's configuration, seed step (13); without a serial.
[[nodiscard]] QByteArray configOf(const QJsonObject &common, const FleetDevice &device);

// Judges each row: its fields, its configuration as a device would read it, and what only one device may have. Of two
// rows with the same the first counts. BadFile: the first row doesn't name the columns, or the template is wrong for
// every device. Pure.
[[nodiscard]] Result<FleetList> judgeFleet(const QList<CsvRow> &rows, const QJsonObject &common);

// A password of 24 characters that can hardly be confused, by the system's random generator (140 bits).
[[nodiscard]] QString newPassword();

} // namespace sgn::provision
