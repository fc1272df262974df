// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervision/Program.h"
#include "supervision/Registry.h"

#include <optional>
#include <sys/types.h>

namespace sgn::supervision {

// Ends everything that a living process has started: its descendants, its session if it leads one, and itself last.
void killTree(const system::ProcessHandle &leader);

// Ends what a program's ended processes have left behind: the members of the session that `endedLeader` led (0: none),
// and copies of the program that forked away from an earlier process and have become our children since
// (PR_SET_CHILD_SUBREAPER). What belongs to `current`, the program's process now, is left alone.
void killLeftovers(pid_t endedLeader, const Program &program, const std::optional<ProcessIdentity> &current);

} // namespace sgn::supervision
