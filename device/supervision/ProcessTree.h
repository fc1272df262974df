// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervision/Program.h"
#include "supervision/Registry.h"
#include "system/ProcFs.h"

#include <optional>
#include <QList>
#include <QSet>
#include <sys/types.h>

namespace sgn::supervision {

// Those of all processes of the machine that `leader` has started: its descendants and the members of its session, but
// neither the leader itself nor zombies, nor `others` and what these have started.
[[nodiscard]] QList<system::ProcStat> startedBy(pid_t leader, const QList<system::ProcStat> &all,
                                                const QSet<pid_t> &others = {});

// Whether `leader` has started the process, in the sense of startedBy(). Reads only the process and its parents.
[[nodiscard]] bool isStartedBy(pid_t leader, pid_t process);

// Why a process may be one that an ended process has left behind, as far as its place among the others shows.
enum class Leftover {
    None,
    SessionMember, // of the session that the ended process led; it is one if it runs as the same user
    Orphan,        // became our child, and is older than the program's process now; it is one if it runs the program
};

// `endedLeader`: the ended process, 0 for none. `self`: our pid. `current`: the program's process now. `others`: the
// processes of other programs that are supervised, which are never left behind, nor is what is in their sessions.
[[nodiscard]] Leftover leftoverOf(const system::ProcStat &process, pid_t endedLeader, pid_t self,
                                  const std::optional<ProcessIdentity> &current, const QSet<pid_t> &others = {});

// Ends everything that a living process has started (see startedBy()), and itself last.
void killTree(const system::ProcessHandle &leader, const QSet<pid_t> &others);

// Ends what a program's ended processes have left behind: the members of the session that `endedLeader` led (0: none),
// and copies of the program that forked away from an earlier process and have become our children since
// (PR_SET_CHILD_SUBREAPER). What belongs to `current`, the program's process now, or to `others` stays.
void killLeftovers(pid_t endedLeader, const Program &program, const std::optional<ProcessIdentity> &current,
                   const QSet<pid_t> &others);

} // namespace sgn::supervision
