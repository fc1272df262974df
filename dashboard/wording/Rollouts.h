// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rollouts/Rollout.h"
#include "rollouts/Views.h"

#include <QString>

namespace sgn::wording {

[[nodiscard]] QString stateText(rollouts::RolloutState state);
// How far it is on one device, and whether that one is absent.
[[nodiscard]] QString stepText(const rollouts::DeviceView &device);
// The same for scripts: "waiting", "in_flight", "confirmed", "failed".
[[nodiscard]] QString stepName(rollouts::DeviceStep step);
// Why it waits, has stopped, or has ended before its devices did; empty for no reason.
[[nodiscard]] QString whyText(const records::Facts &why);

// The plan in one line: targets, waves, limits, window, networks, end; times are local.
[[nodiscard]] QString planText(const rollouts::RolloutPlan &plan);

} // namespace sgn::wording
