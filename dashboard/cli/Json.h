// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Activity.h"
#include "core/CommandState.h"
#include "core/Fleet.h"
#include "core/LogBundle.h"

#include <QJsonObject>

// What sgnctl prints with --json. Names are for scripts, so they stay.
namespace sgn::cli {

[[nodiscard]] QJsonObject toJson(const Device &device, const QDateTime &now);
[[nodiscard]] QJsonObject toJson(const FleetSummary &summary);
[[nodiscard]] QJsonObject toJson(const CommandTarget &target);
[[nodiscard]] QJsonObject toJson(const ActivityEntry &entry);
[[nodiscard]] QJsonObject toJson(const LogBundle &bundle, const QList<LogFile> &files);

} // namespace sgn::cli
