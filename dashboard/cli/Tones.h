// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Sheet.h"
#include "records/Activity.h"
#include "records/Attention.h"
#include "records/CommandState.h"
#include "records/LogDelivery.h"
#include "rollouts/Rollout.h"
#include "rollouts/Views.h"

// The colour of each state.
namespace sgn::cli {

[[nodiscard]] Tone toneOf(records::Attention::Level level);
[[nodiscard]] Tone toneOf(records::TargetState state);
[[nodiscard]] Tone toneOf(records::LogDelivery::State state);
[[nodiscard]] Tone toneOf(records::ActivityKind kind);
[[nodiscard]] Tone toneOf(rollouts::RolloutState state);
[[nodiscard]] Tone toneOf(rollouts::DeviceStep step);

} // namespace sgn::cli
