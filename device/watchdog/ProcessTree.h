// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "watchdog/Program.h"

#include <sys/types.h>

namespace sgn::watchdog {

// Ends everything that a living process has started: its descendants, its session if it leads one, and itself last.
void killTree(const ProcessHandle &leader);

// Ends what an ended process has left behind: the members of the session it led, and copies of the program that forked
// away and have become our children since (PR_SET_CHILD_SUBREAPER). `current` is the program's new process, if any.
void killLeftovers(pid_t endedLeader, const Program &program, pid_t current);

} // namespace sgn::watchdog
