// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

namespace sgn::cli {

// The line of `update`, as CommandSpec has it.
void addUpdateArguments(CommandLine &line);
[[nodiscard]] JobMaker readUpdate(CommandLine &line);

} // namespace sgn::cli
