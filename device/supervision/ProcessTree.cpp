// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/ProcessTree.h"

#include "supervision/Logging.h"
#include "system/ProcFs.h"

#include <algorithm>
#include <csignal>
#include <QSet>
#include <unistd.h>

namespace sgn::supervision {

namespace {

// What was seen under a number is killed only if it is still the same process.
bool killSeen(const system::ProcStat &seen)
{
    const auto handle = system::ProcessHandle::open(seen.pid, system::ProcessHandle::Kind::Other);
    return handle && handle->startTime() == seen.startTime && handle->signal(SIGKILL);
}

bool runs(const system::ProcStat &seen, const Program &program)
{
    const auto handle = system::ProcessHandle::open(seen.pid, system::ProcessHandle::Kind::Other);
    return handle && checkRuns(*handle, program);
}

} // namespace

QList<system::ProcStat> startedBy(pid_t leader, const QList<system::ProcStat> &all)
{
    QSet<pid_t> tree{leader};
    for (const system::ProcStat &stat : all) {
        if (stat.session == leader) {
            tree.insert(stat.pid);
        }
    }
    // Children come after their parents in most cases, but numbers wrap around.
    for (bool grown = true; grown;) {
        grown = false;
        for (const system::ProcStat &stat : all) {
            if (tree.contains(stat.parent) && !tree.contains(stat.pid)) {
                tree.insert(stat.pid);
                grown = true;
            }
        }
    }
    QList<system::ProcStat> started;
    for (const system::ProcStat &stat : all) {
        if (stat.pid != leader && stat.state != 'Z' && tree.contains(stat.pid)) {
            started += stat;
        }
    }
    return started;
}

Leftover leftoverOf(const system::ProcStat &process, pid_t endedLeader, pid_t self,
                    const std::optional<ProcessIdentity> &current)
{
    if (process.state == 'Z' || (current && process.pid == current->pid)) {
        return Leftover::None;
    }
    if (endedLeader > 0 && process.session == endedLeader) {
        return Leftover::SessionMember;
    }
    // By their start, because a process may have forked away from `current` on purpose.
    const bool isOlder = !current || (process.session != current->pid && process.startTime <= current->startTime);
    return process.parent == self && isOlder ? Leftover::Orphan : Leftover::None;
}

void killTree(const system::ProcessHandle &leader)
{
    // Again until nothing new shows up, because a process may fork meanwhile; a fork bomb ends with the limit.
    constexpr int rounds = 5;
    for (int round = 0; round < rounds; ++round) {
        bool found = false;
        for (const system::ProcStat &stat : startedBy(leader.pid(), system::readAllProcesses())) {
            found = killSeen(stat) || found;
        }
        if (!found) {
            break;
        }
    }
    leader.signal(SIGKILL);
}

void killLeftovers(pid_t endedLeader, const Program &program, const std::optional<ProcessIdentity> &current)
{
    const pid_t self = ::getpid();
    int killed = 0;
    for (const system::ProcStat &stat : system::readAllProcesses()) {
        const Leftover leftover = leftoverOf(stat, endedLeader, self, current);
        const bool isLeftBehind = (leftover == Leftover::SessionMember && system::readUser(stat.pid) == program.user) ||
                                  (leftover == Leftover::Orphan && runs(stat, program));
        if (isLeftBehind && killSeen(stat)) {
            ++killed;
        }
    }
    if (killed > 0) {
        qCInfo(lcSupervision).noquote() << "ended" << killed << "processes left behind by" << program.path;
    }
}

} // namespace sgn::supervision
