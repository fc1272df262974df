// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

namespace sgn::cli {

// The line of `rollout`, as CommandSpec has it.
void addRolloutArguments(CommandLine &line);
[[nodiscard]] JobMaker readRollout(CommandLine &line);

} // namespace sgn::cli
