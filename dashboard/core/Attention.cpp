// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Attention.h"

#include <cmath>
#include <QCoreApplication>

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

using Level = Attention::Level;
using Action = Attention::Action;

constexpr qint64 diskAlmostFullMb = 100;
constexpr double tooHotC = 80;
constexpr double clockWrongS = 300;
constexpr qsizetype maxQuoted = 120;

// What is the matter, before it is put into words.
enum class Matter {
    Nothing,
    Conflict,
    ForeignFrom,
    CrashLoop,
    Dead,
    ReadOnly,
    UpdateFailed,
    UpdateExpired,
    NotAnswering,
    DiskFull,
    TooHot,
    ClockWrong,
    UpdateRuns,
    UpdateWaits,
};

struct Finding
{
    Matter matter = Matter::Nothing;
    const records::DeviceProcess *process = nullptr;
};

// A process that an update holds is not running on purpose.
const records::DeviceProcess *worstProcess(const records::Device &device)
{
    const records::DeviceProcess *worst = nullptr;
    for (const records::DeviceProcess &process : device.processes) {
        if (device.isUpdating() && process.report.state == ProcessState::Held) {
            continue;
        }
        if (process.report.state == ProcessState::CrashLoop) {
            return &process;
        }
        if (process.report.isDead && !worst) {
            worst = &process;
        }
    }
    return worst;
}

// A failed update is of no interest any more when the device runs what it was to bring.
bool isStillMissing(const records::Device &device)
{
    const records::UpdateTarget *target = device.update->target.get();
    if (!target) {
        return true;
    }
    if (target->component != Component::SmartMeter) {
        return device.releaseVersion(target->component) != target->version;
    }
    for (const ProcessVersion &wanted : target->processes) {
        if (device.wantedVersion(wanted.name)) {
            return true;
        }
    }
    return false;
}

Matter matterOfUpdate(const records::Device &device)
{
    if (device.update->state == records::TargetState::Failed) {
        return isStillMissing(device) ? Matter::UpdateFailed : Matter::Nothing;
    }
    if (device.update->state == records::TargetState::Expired) {
        return isStillMissing(device) ? Matter::UpdateExpired : Matter::Nothing;
    }
    return Matter::Nothing;
}

Matter matterOfFacts(const DeviceFacts &facts)
{
    if (facts.diskFreeMb && *facts.diskFreeMb < diskAlmostFullMb) {
        return Matter::DiskFull;
    }
    if (facts.temperatureC && *facts.temperatureC >= tooHotC) {
        return Matter::TooHot;
    }
    if (facts.clockOffsetS && std::abs(*facts.clockOffsetS) >= clockWrongS) {
        return Matter::ClockWrong;
    }
    return Matter::Nothing;
}

Finding findingOf(const records::Device &device)
{
    if (!device.conflictWith.isEmpty()) {
        return {Matter::Conflict};
    }
    if (!device.foreignFrom.isEmpty()) {
        return {Matter::ForeignFrom};
    }
    if (const records::DeviceProcess *process = worstProcess(device)) {
        return {process->report.state == ProcessState::CrashLoop ? Matter::CrashLoop : Matter::Dead, process};
    }
    // Before the updates that fail for it.
    if (device.facts.readOnly) {
        return {Matter::ReadOnly};
    }
    if (device.update) {
        if (const Matter matter = matterOfUpdate(device); matter != Matter::Nothing) {
            return {matter};
        }
    }
    if (device.notAnswering) {
        return {Matter::NotAnswering};
    }
    if (const Matter matter = matterOfFacts(device.facts); matter != Matter::Nothing) {
        return {matter};
    }
    if (device.isUpdating()) {
        return {device.online ? Matter::UpdateRuns : Matter::UpdateWaits};
    }
    return {};
}

Level levelOf(Matter matter)
{
    switch (matter) {
    case Matter::Nothing:
        return Level::None;
    case Matter::UpdateRuns:
    case Matter::UpdateWaits:
        return Level::Note;
    case Matter::NotAnswering:
    case Matter::DiskFull:
    case Matter::TooHot:
    case Matter::ClockWrong:
    case Matter::UpdateExpired:
        return Level::Warning;
    case Matter::Conflict:
    case Matter::ForeignFrom:
    case Matter::CrashLoop:
    case Matter::Dead:
    case Matter::UpdateFailed:
    case Matter::ReadOnly:
        return Level::Bad;
    }
    return Level::None;
}

class Words
{
    Q_DECLARE_TR_FUNCTIONS(Attention)

public:
    static QString duration(qint64 seconds)
    {
        if (seconds < 1) {
            return tr("now");
        }
        if (seconds < 60) {
            return tr("%1 s").arg(seconds);
        }
        if (seconds < 3600) {
            return tr("%1 min").arg(seconds / 60);
        }
        return seconds < 86'400 ? tr("%1 h").arg(seconds / 3600) : tr("%1 d").arg(seconds / 86'400);
    }

    static QString death(const LastExit &exit)
    {
        QString text;
        if (exit.signal) {
            text = tr("killed by signal %1").arg(*exit.signal);
        } else if (exit.code && *exit.code >= 0) {
            text = tr("exit code %1").arg(*exit.code);
        }
        if (exit.heartbeatAgeS && *exit.heartbeatAgeS >= 0) {
            const QString age = tr("last heartbeat %1 s before").arg(std::llround(std::min(*exit.heartbeatAgeS, 1e9)));
            text = text.isEmpty() ? age : text + u", "_s + age;
        }
        return text;
    }

    // Why it died, in the process's own last words if there are any.
    static QString cause(const ProcessReport &report)
    {
        if (!report.lastExit) {
            return {};
        }
        for (auto line = report.lastExit->lastLines.crbegin(); line != report.lastExit->lastLines.crend(); ++line) {
            if (const QString words = line->simplified(); !words.isEmpty()) {
                return words.left(maxQuoted);
            }
        }
        return death(*report.lastExit);
    }

    static QString process(const records::DeviceProcess &process, const QDateTime &now)
    {
        const ProcessReport &report = process.report;
        QString text;
        if (report.state == ProcessState::CrashLoop) {
            text = tr("%1 keeps crashing").arg(report.name);
        } else if (process.deadSince.isValid() && process.deadSince.secsTo(now) >= 1) {
            text = tr("%1 dead for %2").arg(report.name, duration(process.deadSince.secsTo(now)));
        } else {
            text = tr("%1 is dead").arg(report.name);
        }
        if (const QString why = cause(report); !why.isEmpty()) {
            text += u": "_s + why;
        }
        if (report.restarts24h.value_or(0) > 0) {
            text += u", "_s + tr("%n restart(s)", nullptr, *report.restarts24h);
        }
        return text;
    }

    static QString update(const records::DeviceUpdate &update)
    {
        const CommandNo number = update.target ? update.target->number : 0;
        if (update.state != records::TargetState::Running || update.deviceState.isEmpty()) {
            return tr("update #%1 on its way").arg(number);
        }
        const QString state = update.deviceState.simplified().left(maxQuoted);
        return update.percent < 0 ? state : tr("%1, %2 %").arg(state).arg(update.percent);
    }

    static QString sentence(const records::Device &device, const Finding &finding, const QDateTime &now)
    {
        const CommandNo number = device.update && device.update->target ? device.update->target->number : 0;
        switch (finding.matter) {
        case Matter::Nothing:
            return {};
        case Matter::Conflict:
            return tr("claims the id %1 of %2").arg(device.rpiUniqueId, device.conflictWith);
        case Matter::ForeignFrom:
            return tr("spoke as %1, but is %2").arg(device.foreignFrom, device.rpiUniqueId);
        case Matter::CrashLoop:
        case Matter::Dead:
            return process(*finding.process, now);
        case Matter::UpdateFailed: {
            const QString text = tr("update #%1 failed").arg(number);
            const QString why = device.update->remarks.simplified().left(2 * maxQuoted);
            return why.isEmpty() ? text : u"%1: %2"_s.arg(text, why);
        }
        case Matter::UpdateExpired:
            return tr("update #%1 was not answered in time").arg(number);
        case Matter::NotAnswering:
            return tr("doesn't answer, though the server shows it online");
        case Matter::ReadOnly:
            return tr("its card is read-only and has to be replaced");
        case Matter::DiskFull:
            return tr("disk almost full: %1 MB free").arg(*device.facts.diskFreeMb);
        case Matter::TooHot:
            return tr("too hot: %1 °C").arg(std::llround(std::min(*device.facts.temperatureC, 1e9)));
        case Matter::ClockWrong:
            return tr("its clock is wrong by %1")
                .arg(duration(std::llround(std::min(std::abs(*device.facts.clockOffsetS), 1e15))));
        case Matter::UpdateRuns:
            return update(*device.update);
        case Matter::UpdateWaits:
            return device.lastSeen.isValid() ? tr("offline for %1, update #%2 waits for it")
                                                   .arg(duration(device.lastSeen.secsTo(now)))
                                                   .arg(number)
                                             : tr("never seen, update #%1 waits for it").arg(number);
        }
        return {};
    }
};

} // namespace

Attention::Level attentionLevel(const records::Device &device)
{
    return levelOf(findingOf(device).matter);
}

Attention attention(const records::Device &device, const QDateTime &now)
{
    const Finding finding = findingOf(device);
    Attention result{levelOf(finding.matter), Words::sentence(device, finding, now), Action::None, {}};
    switch (finding.matter) {
    case Matter::Dead:
        // Restarting helps a process that just ended; an old device knows no such command.
        result.action = device.isModern ? Action::Restart : Action::GetLogs;
        result.processName = finding.process->report.name;
        break;
    case Matter::CrashLoop:
        result.action = Action::GetLogs;
        result.processName = finding.process->report.name;
        break;
    case Matter::UpdateFailed:
    case Matter::UpdateExpired:
        result.action = Action::Retry;
        break;
    case Matter::ReadOnly:
    case Matter::DiskFull:
        result.action = Action::GetLogs;
        break;
    default:
        break;
    }
    return result;
}

QString durationText(qint64 seconds)
{
    return Words::duration(seconds);
}

QString deathText(const LastExit &exit)
{
    return Words::death(exit);
}

} // namespace sgn::core
