// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/ProcessTree.h"

#include "supervision/Logging.h"
#include "system/ProcFs.h"

#include <algorithm>
#include <csignal>
#include <QHash>
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

QList<system::ProcStat> startedBy(pid_t leader, const QList<system::ProcStat> &all, const QSet<pid_t> &others)
{
    QHash<pid_t, const system::ProcStat *> byPid;
    for (const system::ProcStat &stat : all) {
        byPid.insert(stat.pid, &stat);
    }
    // Whose it is shows the nearest of its parents that is supervised; without one, the session that it or one of them
    // is in. Numbers are used again while the list is read, so parents may form a circle.
    const auto belongsToLeader = [&](const system::ProcStat &process) {
        bool isInSession = false;
        const system::ProcStat *one = &process;
        for (qsizetype steps = 0; one != nullptr && steps <= all.size(); ++steps) {
            if (one->pid == leader || others.contains(one->pid)) {
                return one->pid == leader;
            }
            isInSession = isInSession || one->session == leader;
            one = byPid.value(one->parent);
        }
        return isInSession;
    };
    QList<system::ProcStat> started;
    for (const system::ProcStat &stat : all) {
        if (stat.pid != leader && stat.state != 'Z' && belongsToLeader(stat)) {
            started += stat;
        }
    }
    return started;
}

bool isStartedBy(pid_t leader, pid_t process)
{
    constexpr int maxDepth = 32;
    for (int depth = 0; depth < maxDepth && process > 1; ++depth) {
        const auto stat = system::readProcStat(process);
        if (!stat) {
            return false;
        }
        if (stat->session == leader || stat->parent == leader) {
            return process != leader;
        }
        process = stat->parent;
    }
    return false;
}

Leftover leftoverOf(const system::ProcStat &process, pid_t endedLeader, pid_t self,
                    const std::optional<ProcessIdentity> &current, const QSet<pid_t> &others)
{
    if (process.state == 'Z' || (current && process.pid == current->pid) || others.contains(process.pid) ||
        (others.contains(process.session) && process.session != endedLeader)) {
        return Leftover::None;
    }
    if (endedLeader > 0 && process.session == endedLeader) {
        return Leftover::SessionMember;
    }
    // By their start, because a process may have forked away from `current` on purpose.
    const bool isOlder = !current || (process.session != current->pid && process.startTime <= current->startTime);
    return process.parent == self && isOlder ? Leftover::Orphan : Leftover::None;
}

void killTree(const system::ProcessHandle &leader, const QSet<pid_t> &others)
{
    // Again until nothing new shows up, because a process may fork meanwhile; a fork bomb ends with the limit.
    constexpr int rounds = 5;
    for (int round = 0; round < rounds; ++round) {
        bool found = false;
        for (const system::ProcStat &stat : startedBy(leader.pid(), system::readAllProcesses(), others)) {
            found = killSeen(stat) || found;
        }
        if (!found) {
            break;
        }
    }
    leader.signal(SIGKILL);
}

void killLeftovers(pid_t endedLeader, const Program &program, const std::optional<ProcessIdentity> &current,
                   const QSet<pid_t> &others)
{
    const pid_t self = ::getpid();
    int killed = 0;
    for (const system::ProcStat &stat : system::readAllProcesses()) {
        const Leftover leftover = leftoverOf(stat, endedLeader, self, current, others);
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
