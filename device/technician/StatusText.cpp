// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/StatusText.h"

#include "base/EnumNames.h"
#include "base/Printable.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <QJsonArray>

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

constexpr int column = 13;
// The last output of a process; `logs` shows more.
constexpr qsizetype maxOutputLines = 3;

constexpr auto watchdogNames = enumNames<WatchdogStatus::State>({
    {WatchdogStatus::State::Running, "running"_L1},
    {WatchdogStatus::State::OnlyUdp, "only_udp"_L1},
    {WatchdogStatus::State::Silent, "silent"_L1},
    {WatchdogStatus::State::Dead, "dead"_L1},
});

QString durationText(qint64 seconds)
{
    constexpr qint64 minute = 60;
    constexpr qint64 hour = 60 * minute;
    constexpr qint64 day = 24 * hour;
    if (seconds < 2 * minute) {
        return u"%1 s"_s.arg(seconds);
    }
    if (seconds < 2 * hour) {
        return u"%1 min"_s.arg(seconds / minute);
    }
    return seconds < 2 * day ? u"%1 h"_s.arg(seconds / hour) : u"%1 days"_s.arg(seconds / day);
}

// ", since ..." or nothing.
QString sinceText(const std::optional<QDateTime> &since, const QDateTime &now)
{
    return since && since->isValid() ? u", since "_s + timeText(*since, now) : QString();
}

QString identityText(const std::optional<int> &version, const std::optional<qint64> &pid)
{
    QString text;
    if (version) {
        text += u", version %1"_s.arg(*version);
    }
    if (pid) {
        text += u", pid %1"_s.arg(*pid);
    }
    return text;
}

QStringList watchdogLines(const DeviceStatus &status, const Screen &screen)
{
    const WatchdogStatus &watchdog = status.watchdog;
    const auto entry = [&](const QString &text, Tone tone) {
        return screen.entry(u"watchdog"_s, column, printable(text), tone);
    };
    const QString identity = identityText(watchdog.version, watchdog.pid);
    switch (watchdog.state) {
    case WatchdogStatus::State::Running:
        return entry(u"running"_s + identity + sinceText(watchdog.since, status.now), Tone::Good);
    case WatchdogStatus::State::OnlyUdp:
        return entry(
            u"running, but it has no control socket: an older one, which knows less (%1)"_s.arg(watchdog.problem),
            Tone::Doubtful);
    case WatchdogStatus::State::Silent:
        return entry(
            u"doesn't reply"_s + identity + u": "_s + watchdog.problem +
                u". It ends itself after 30 s and is started again; if not: sudo systemctl restart sgn-watchdog"_s,
            Tone::Bad);
    case WatchdogStatus::State::Dead:
        break;
    }
    return entry(u"not running: sudo systemctl start sgn-watchdog (by cron it is started within a minute). "
                 "Nothing restarts processes and agent meanwhile"_s,
                 Tone::Bad);
}

QStringList deathLines(const LastExit &exit, int indent, const QDateTime &now, const Screen &screen)
{
    QStringList lines = screen.entry({}, indent, u"last death %1: %2"_s.arg(timeText(exit.at, now), deathText(exit)));
    for (const QString &line : exit.lastLines.last(std::min(maxOutputLines, exit.lastLines.size()))) {
        lines += screen.entry({}, indent, u"| "_s + printable(line), Tone::Quiet);
    }
    return lines;
}

QStringList agentLines(const DeviceStatus &status, const Screen &screen)
{
    const AgentStatus &agent = status.agent;
    QString text = agent.isRunning ? u"running"_s : u"not running"_s;
    text += identityText(agent.version, agent.pid) + sinceText(agent.since, status.now);
    if (!agent.problem.isEmpty()) {
        text += u": "_s + agent.problem;
    }
    QStringList lines = screen.entry(u"agent"_s, column, printable(text), agent.isRunning ? Tone::Good : Tone::Bad);
    if (agent.lastExit) {
        lines += deathLines(*agent.lastExit, column, status.now, screen);
    }
    return lines;
}

QStringList serverLines(const DeviceStatus &status, const Screen &screen)
{
    const auto entry = [&](const QString &text, Tone tone) {
        return screen.entry(u"server"_s, column, printable(text), tone);
    };
    const auto &link = status.agent.link;
    if (!status.agent.isRunning) {
        return entry(u"not connected: there is no agent"_s, Tone::Bad);
    }
    if (!link) {
        const bool mayFollow = status.watchdog.state == WatchdogStatus::State::Running;
        return entry(
            mayFollow ? u"unknown: the agent has reported nothing yet, or is an older one; sgn-device check logs in"_s
                      : u"unknown without a watchdog of this release; sgn-device check logs in"_s,
            Tone::Doubtful);
    }
    const QString account = status.account.isEmpty() ? QString() : u" as "_s + status.account;
    if (link->isOnline) {
        return entry(u"connected"_s + account + sinceText(link->since, status.now), Tone::Good);
    }
    return entry(u"not connected"_s + sinceText(link->since, status.now) +
                     (link->reason.isEmpty() ? QString() : u": "_s + link->reason) +
                     u" (sgn-device check finds the cause)"_s,
                 Tone::Bad);
}

QString updateText(const UpdateStatus &update, const DeviceStatus &status)
{
    const QString origin = update.command == 0 ? u"from a stick"_s : u"command %1"_s.arg(update.command);
    QString text = u"%1, %2: %3"_s.arg(update.subject, origin, nameOf(update.state));
    if (update.percent) {
        text += u", %1 %"_s.arg(*update.percent);
    }
    text += sinceText(update.since, status.now);
    if (status.hold && update.state == update::State::Waiting) {
        text += u"; it waits for the end of the hold"_s;
    }
    if (update.window && update.state == update::State::Waiting) {
        text += u"; it may be exchanged from %1 to %2, local time"_s.arg(update.window->from.toString(u"HH:mm"),
                                                                         update.window->to.toString(u"HH:mm"));
    }
    return update.problem.isEmpty() ? text : text + u": "_s + update.problem;
}

QString resultText(const ResultStatus &result)
{
    QString text = u"%1, command %2: "_s.arg(result.name).arg(result.command);
    text += result.isSuccess ? u"done"_s : result.isRolledBack ? u"failed and rolled back"_s : u"failed"_s;
    return result.remarks.isEmpty() ? text : text + u": "_s + result.remarks;
}

QStringList taskLines(const DeviceStatus &status, const Screen &screen)
{
    QStringList lines;
    if (status.hold) {
        const QString reason = status.hold->reason.isEmpty() ? QString() : u": "_s + status.hold->reason;
        lines += screen.entry(u"held"_s, column,
                              printable(u"by %1%2%3. Nothing is exchanged until sgn-device resume"_s.arg(
                                  status.hold->by, sinceText(status.hold->since, status.now), reason)),
                              Tone::Doubtful);
    }
    lines += status.update
                 ? screen.entry(u"update"_s, column, printable(updateText(*status.update, status)), Tone::Doubtful)
                 : screen.entry(u"update"_s, column, u"none in progress"_s);
    if (status.lastResult) {
        lines += screen.entry(u"last result"_s, column, printable(resultText(*status.lastResult)),
                              status.lastResult->isSuccess ? Tone::Good : Tone::Bad);
    }
    return lines;
}

QString stateText(const ProcessReport &process)
{
    switch (process.state) {
    case ProcessState::Running:
        return u"running"_s;
    case ProcessState::Starting:
        return u"started, no heartbeat yet"_s;
    case ProcessState::Hung:
        return u"hung, is being ended"_s;
    case ProcessState::Backoff:
        return u"ended, is started again soon"_s;
    case ProcessState::CrashLoop:
        return u"ends again and again"_s;
    case ProcessState::Held:
        return u"held"_s;
    case ProcessState::Dead:
        return u"dead"_s;
    case ProcessState::Unknown:
        break;
    }
    return process.isDead ? u"dead"_s : u"alive"_s;
}

Tone toneOf(const ProcessReport &process)
{
    if (process.isDead) {
        return Tone::Bad;
    }
    return process.state == ProcessState::Running ? Tone::Good : Tone::Doubtful;
}

QStringList processLines(const ProcessReport &process, int nameColumn, const DeviceStatus &status, const Screen &screen)
{
    QString text = stateText(process);
    if (process.isDead && process.state != ProcessState::Dead && process.state != ProcessState::Unknown) {
        text += u", dead"_s; // for longer than its heartbeat may be late
    }
    text += identityText(process.version, process.pid) + sinceText(process.since, status.now);
    if (const int restarts = process.restarts24h.value_or(0); restarts > 0) {
        text += restarts == 1 ? u", restarted once in 24 h"_s : u", restarted %1 times in 24 h"_s.arg(restarts);
    }
    if (!process.problem.isEmpty()) {
        text += u": "_s + process.problem;
    }
    QStringList lines = screen.entry(u"  "_s + printable(process.name), nameColumn, printable(text), toneOf(process));
    if (process.lastExit) {
        lines += deathLines(*process.lastExit, nameColumn, status.now, screen);
    }
    return lines;
}

QStringList allProcessLines(const DeviceStatus &status, const Screen &screen)
{
    constexpr qsizetype widest = 30;
    qsizetype nameColumn = column;
    for (const ProcessReport &process : status.processes) {
        nameColumn = std::max(nameColumn, std::min(process.name.size(), widest) + 4);
    }
    QStringList lines = screen.entry(u"processes"_s, column,
                                     status.processes.isEmpty() ? u"none is known"_s
                                     : !status.areProcessesLive ? u"as the watchdog last knew them"_s
                                                                : QString::number(status.processes.size()));
    for (const ProcessReport &process : status.processes) {
        lines += processLines(process, static_cast<int>(nameColumn), status, screen);
    }
    return lines;
}

void insert(QJsonObject &object, QLatin1StringView key, const std::optional<QDateTime> &time)
{
    if (time && time->isValid()) {
        object.insert(key, time->toUTC().toString(Qt::ISODate));
    }
}

template <typename Number>
void insert(QJsonObject &object, QLatin1StringView key, const std::optional<Number> &number)
{
    if (number) {
        object.insert(key, static_cast<qint64>(*number));
    }
}

void insert(QJsonObject &object, QLatin1StringView key, const QString &text)
{
    if (!text.isEmpty()) {
        object.insert(key, text);
    }
}

QJsonObject watchdogJson(const WatchdogStatus &watchdog)
{
    QJsonObject object{{"state"_L1, watchdogNames.nameOf(watchdog.state)}};
    insert(object, "pid"_L1, watchdog.pid);
    insert(object, "version"_L1, watchdog.version);
    insert(object, "since"_L1, watchdog.since);
    insert(object, "problem"_L1, watchdog.problem);
    return object;
}

QJsonObject agentJson(const AgentStatus &agent)
{
    QJsonObject object{{"running"_L1, agent.isRunning}};
    insert(object, "pid"_L1, agent.pid);
    insert(object, "version"_L1, agent.version);
    insert(object, "since"_L1, agent.since);
    insert(object, "problem"_L1, agent.problem);
    if (agent.lastExit) {
        object.insert("last_death"_L1, deathText(*agent.lastExit));
        insert(object, "last_death_at"_L1, std::optional(agent.lastExit->at));
    }
    return object;
}

QJsonObject linkJson(const control::AgentLink &link)
{
    QJsonObject object{{"connected"_L1, link.isOnline}};
    insert(object, "since"_L1, link.since);
    insert(object, "reason"_L1, link.reason);
    return object;
}

QJsonObject updateJson(const UpdateStatus &update)
{
    QJsonObject object{
        {"command_no"_L1, update.command}, {"subject"_L1, update.subject}, {"phase"_L1, nameOf(update.state)}};
    insert(object, "percent"_L1, update.percent);
    insert(object, "since"_L1, update.since);
    insert(object, "problem"_L1, update.problem);
    return object;
}

QJsonObject resultJson(const ResultStatus &result)
{
    return {{"command_no"_L1, result.command},
            {"command"_L1, result.name},
            {"success"_L1, result.isSuccess},
            {"rolled_back"_L1, result.isRolledBack},
            {"remarks"_L1, result.remarks}};
}

QJsonObject holdJson(const HoldStatus &hold)
{
    QJsonObject object{{"by"_L1, hold.by}, {"reason"_L1, hold.reason}};
    insert(object, "since"_L1, std::optional(hold.since));
    return object;
}

} // namespace

QString timeText(const QDateTime &time, const QDateTime &now)
{
    const qint64 age = time.secsTo(now);
    const QString date = time.toLocalTime().toString(u"yyyy-MM-dd HH:mm:ss"_s);
    return age < 0 ? date : u"%1 (%2 ago)"_s.arg(date, durationText(age));
}

QString deathText(const LastExit &exit)
{
    QString text = u"ended, the cause is unknown"_s;
    if (exit.signal) {
        const char *const name = ::sigabbrev_np(*exit.signal);
        text = u"signal %1"_s.arg(*exit.signal) +
               (name != nullptr ? u" (SIG%1)"_s.arg(QLatin1StringView(name)) : QString());
    } else if (exit.code) {
        text = u"exit code %1"_s.arg(*exit.code);
    }
    if (exit.heartbeatAgeS) {
        text += u", %1 after its last heartbeat"_s.arg(durationText(static_cast<qint64>(*exit.heartbeatAgeS)));
    }
    return text;
}

QStringList statusLines(const DeviceStatus &status, const Screen &screen)
{
    QStringList lines =
        screen.entry(u"device"_s, column,
                     printable(status.account.isEmpty() ? status.folder : status.account + u" in "_s + status.folder));
    lines += watchdogLines(status, screen) + agentLines(status, screen) + serverLines(status, screen);
    lines += taskLines(status, screen);
    lines += allProcessLines(status, screen);
    for (const QString &problem : status.problems) {
        lines += screen.entry(u"problem"_s, column, printable(problem), Tone::Bad);
    }
    return lines;
}

QJsonObject statusJson(const DeviceStatus &status)
{
    QJsonArray processes;
    for (const ProcessReport &process : status.processes) {
        processes += toJson(process);
    }
    QJsonObject object{{"folder"_L1, status.folder},
                       {"account"_L1, status.account},
                       {"watchdog"_L1, watchdogJson(status.watchdog)},
                       {"agent"_L1, agentJson(status.agent)},
                       {"processes"_L1, processes},
                       {"processes_are_live"_L1, status.areProcessesLive},
                       {"problems"_L1, QJsonArray::fromStringList(status.problems)}};
    insert(object, "at"_L1, std::optional(status.now));
    if (status.agent.link) {
        object.insert("server"_L1, linkJson(*status.agent.link));
    }
    if (status.update) {
        object.insert("update"_L1, updateJson(*status.update));
    }
    if (status.lastResult) {
        object.insert("last_result"_L1, resultJson(*status.lastResult));
    }
    if (status.hold) {
        object.insert("hold"_L1, holdJson(*status.hold));
    }
    return object;
}

} // namespace sgn::technician
