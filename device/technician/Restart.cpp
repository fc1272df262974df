// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/Restart.h"

#include "system/ProcessHandle.h"
#include "technician/StatusReader.h"
#include "technician/WatchdogSocket.h"

#include <algorithm>
#include <csignal>
#include <QDeadlineTimer>
#include <thread>

namespace sgn::technician {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// A process that doesn't end by itself has some seconds for that before it is killed.
constexpr auto replyLimit = 15s;
constexpr auto pause = 200ms;

std::optional<ProcessReport> find(const QList<ProcessReport> &processes, const QString &name)
{
    const auto found = std::ranges::find(processes, name, &ProcessReport::name);
    return found == processes.end() ? std::nullopt : std::optional(*found);
}

Result<control::StatusReply> statusOf(WatchdogSocket &socket)
{
    const auto reply = socket.ask(control::Status{}, replyLimit);
    if (!reply) {
        return fail(reply.error());
    }
    if (const auto *const status = std::get_if<control::StatusReply>(&*reply)) {
        return *status;
    }
    return fail(ErrorCode::BadRequest, u"the watchdog sends another reply than requested"_s);
}

Result<WatchdogSocket> openSocket(const Place &place)
{
    auto socket = WatchdogSocket::open(place.socket);
    if (socket || socket.error().code != ErrorCode::NotFound) {
        return socket;
    }
    if (askByUdp(place.port, 1s)) {
        return fail(ErrorCode::NotFound,
                    u"the watchdog has no control socket at %1: it is an older one. End the process by kill PID "
                    "(sgn-device status shows it); the watchdog starts it again"_s.arg(place.socket));
    }
    return fail(ErrorCode::NotFound,
                u"no watchdog runs that could restart anything: sudo systemctl start sgn-watchdog"_s);
}

Error isNotSeen(const QString &name, std::chrono::milliseconds limit)
{
    return {ErrorCode::Timeout,
            u"%1 was restarted, but hasn't sent a heartbeat within %2 s; sgn-device logs %1 shows what it prints"_s
                .arg(name)
                .arg(std::chrono::duration_cast<std::chrono::seconds>(limit).count())};
}

// Until it runs.
Result<ProcessReport> awaitProcess(WatchdogSocket &socket, const ProcessReport &before, std::chrono::milliseconds limit)
{
    const QDeadlineTimer deadline(limit);
    while (!deadline.hasExpired()) {
        const auto status = statusOf(socket);
        if (!status) {
            return fail(status.error());
        }
        const auto now = find(status->processes, before.name);
        switch (stepOf(before, now)) {
        case RestartStep::Running:
            return *now;
        case RestartStep::Failed:
            return fail(ErrorCode::NotHealthy,
                        u"%1 doesn't start: %2"_s.arg(before.name, now ? now->problem : u"it is gone"_s));
        case RestartStep::Waiting:
            std::this_thread::sleep_for(pause);
        }
    }
    return fail(isNotSeen(before.name, limit));
}

Result<QString> restartProcess(WatchdogSocket &socket, const ProcessReport &before, std::chrono::milliseconds limit)
{
    if (const auto reply = socket.ask(control::Restart{before.name}, replyLimit); !reply) {
        return fail(reply.error().withContext(before.name));
    }
    const auto now = awaitProcess(socket, before, limit);
    if (!now) {
        return fail(now.error());
    }
    return u"%1: runs again, pid %2, version %3"_s.arg(now->name).arg(now->pid.value_or(0)).arg(now->version);
}

// The watchdog starts an agent that has ended at once.
Result<QString> restartAgent(const DeviceTree &tree, std::chrono::milliseconds limit)
{
    const auto before = findAgent(tree);
    if (!before) {
        return fail(ErrorCode::NotFound, u"no agent runs in %1; sgn-device status shows why"_s.arg(tree.root()));
    }
    const auto handle = system::ProcessHandle::open(static_cast<pid_t>(before->pid));
    if (handle && handle->startTime() == before->startTime) {
        (void)handle->signal(SIGTERM); // it may just have ended
    }
    const QDeadlineTimer deadline(limit);
    while (!deadline.hasExpired()) {
        const auto now = findAgent(tree);
        if (now && (now->pid != before->pid || now->startTime != before->startTime)) {
            return u"agent: runs again, pid %1"_s.arg(now->pid);
        }
        std::this_thread::sleep_for(pause);
    }
    return fail(ErrorCode::Timeout, u"the agent was ended, but doesn't run again; sgn-device status shows why"_s);
}

} // namespace

RestartStep stepOf(const ProcessReport &before, const std::optional<ProcessReport> &now)
{
    if (!now || (now->isHopeless && !now->pid)) {
        return RestartStep::Failed;
    }
    const bool isNew = now->pid && now->pid != before.pid;
    return isNew && now->state == ProcessState::Running ? RestartStep::Running : RestartStep::Waiting;
}

Result<QStringList> namesToRestart(const QString &name, const QList<ProcessReport> &processes)
{
    QStringList names;
    for (const ProcessReport &process : processes) {
        names += process.name;
    }
    if (name.isEmpty() && names.isEmpty()) {
        return fail(ErrorCode::NotFound, u"the watchdog knows no process: none has sent a heartbeat yet"_s);
    }
    if (name.isEmpty()) {
        return names;
    }
    if (names.contains(name) || name == agentName) {
        return QStringList{name};
    }
    return fail(ErrorCode::NotFound, u"the watchdog knows no process \"%1\"; there are: %2"_s.arg(
                                         name, (names + QStringList{agentName}).join(u", "_s)));
}

Outcome restart(const Place &place, const QString &name, std::chrono::milliseconds limit,
                const std::function<void(const QString &)> &done)
{
    auto socket = openSocket(place);
    if (!socket) {
        return fail(socket.error());
    }
    const auto status = statusOf(*socket);
    if (!status) {
        return fail(status.error());
    }
    const auto names = namesToRestart(name, status->processes);
    if (!names) {
        return fail(names.error());
    }
    for (const QString &each : *names) {
        const auto before = find(status->processes, each);
        const auto line = before ? restartProcess(*socket, *before, limit) : restartAgent(place.tree, limit);
        if (!line) {
            return fail(line.error());
        }
        done(*line);
    }
    return {};
}

} // namespace sgn::technician
