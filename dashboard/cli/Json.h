// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Fleet.h"
#include "core/LogFiles.h"
#include "records/Activity.h"
#include "records/CommandState.h"
#include "records/LogDelivery.h"
#include "records/Newcomer.h"

#include <QJsonObject>

// What sgnctl prints with --json. Names are for scripts, so they stay.
namespace sgn::cli {

[[nodiscard]] QJsonObject toJson(const records::Device &device, const QDateTime &now);
[[nodiscard]] QJsonObject toJson(const core::FleetSummary &summary);
[[nodiscard]] QJsonObject toJson(const records::CommandTarget &target);
[[nodiscard]] QJsonObject toJson(const records::ActivityEntry &entry);
[[nodiscard]] QJsonObject toJson(const records::Newcomer &newcomer);
[[nodiscard]] QJsonObject toJson(const records::LogDelivery &delivery, const QList<core::LogFile> &files);

} // namespace sgn::cli
