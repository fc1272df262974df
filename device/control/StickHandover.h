// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace sgn::control {

// What the watchdog's side hands to the agent when a stick has brought releases: a file (DeviceTree::stickHandover()),
// because the agent that finishes it may be another one than the one that began. The zips lie beside it,
// DeviceTree::stickZip() by their place in the list. The folder belongs to the device's owner: what is in it is
// trusted no further than a command from the network.
struct StickHandover
{
    QString key;          // names this hand-over, 32 hexadecimal digits; a repeat of the same order has another one
    QString order;        // SHA-256 of the stick's order.json, in hexadecimal digits
    QStringList releases; // signed manifests (compact JWS), in the order in which they are installed

    friend bool operator==(const StickHandover &, const StickHandover &) = default;
};

inline constexpr qsizetype maxStickHandover = 512 * 1024; // bytes
// The largest signed manifest that a command can hold, and so the update's journal.
inline constexpr qsizetype maxStickManifest = 40 * 1024;

[[nodiscard]] QByteArray encode(const StickHandover &handover);
// For readStateFile(). BadFile with the reason.
[[nodiscard]] Result<StickHandover> stickHandoverFromJson(const QJsonObject &object);

} // namespace sgn::control
