// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/CommandJobs.h"

namespace sgn::cli {

// What `update` and `rollout start` take in the same way: the release itself.
void addReleaseOptions(CommandLine &line);
[[nodiscard]] ReleaseJob::Wish readReleaseWish(CommandLine &line, const QString &component, const QString &source);

// The line of `update`, as CommandSpec has it.
void addUpdateArguments(CommandLine &line);
[[nodiscard]] JobMaker readUpdate(CommandLine &line);

} // namespace sgn::cli
