// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "technician/DeviceStatus.h"
#include "technician/Screen.h"

#include <QJsonObject>

namespace sgn::technician {

// The status as lines for the screen, and as one JSON object for scripts (its fields are in the room's README). Pure.
[[nodiscard]] QStringList statusLines(const DeviceStatus &status, const Screen &screen);
[[nodiscard]] QJsonObject statusJson(const DeviceStatus &status);

// "2026-01-31 12:00:00 (3 h ago)", in the machine's time zone.
[[nodiscard]] QString timeText(const QDateTime &time, const QDateTime &now);
// "exit code 1, 61 s after its last heartbeat"; "ended" when the cause is unknown.
[[nodiscard]] QString deathText(const LastExit &exit);

} // namespace sgn::technician
