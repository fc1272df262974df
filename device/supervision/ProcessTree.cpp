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

QSet<pid_t> treeOf(pid_t leader, const QList<system::ProcStat> &all)
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
    return tree;
}

} // namespace

void killTree(const system::ProcessHandle &leader)
{
    // Again until nothing new shows up, because a process may fork while we look; a fork bomb ends with the limit.
    constexpr int rounds = 5;
    for (int round = 0; round < rounds; ++round) {
        const QList<system::ProcStat> all = system::readAllProcesses();
        const QSet<pid_t> tree = treeOf(leader.pid(), all);
        bool found = false;
        for (const system::ProcStat &stat : all) {
            if (stat.pid != leader.pid() && stat.state != 'Z' && tree.contains(stat.pid)) {
                found = killSeen(stat) || found;
            }
        }
        if (!found) {
            break;
        }
    }
    leader.signal(SIGKILL);
}

namespace {

// By their start, because a process may have forked away from `current` on purpose.
bool isFromEarlierRun(const system::ProcStat &stat, const std::optional<ProcessIdentity> &current)
{
    return !current ||
           (stat.pid != current->pid && stat.session != current->pid && stat.startTime <= current->startTime);
}

} // namespace

void killLeftovers(pid_t endedLeader, const Program &program, const std::optional<ProcessIdentity> &current)
{
    const pid_t self = ::getpid();
    int killed = 0;
    for (const system::ProcStat &stat : system::readAllProcesses()) {
        if (stat.state == 'Z' || (current && stat.pid == current->pid)) {
            continue;
        }
        bool leftBehind = endedLeader > 0 && stat.session == endedLeader && system::readUser(stat.pid) == program.user;
        if (!leftBehind && stat.parent == self && isFromEarlierRun(stat, current)) {
            const auto handle = system::ProcessHandle::open(stat.pid, system::ProcessHandle::Kind::Other);
            leftBehind = handle && checkRuns(*handle, program);
        }
        if (leftBehind && killSeen(stat)) {
            ++killed;
        }
    }
    if (killed > 0) {
        qCInfo(lcSupervision).noquote() << "ended" << killed << "processes that" << program.path << "had left behind";
    }
}

} // namespace sgn::supervision
