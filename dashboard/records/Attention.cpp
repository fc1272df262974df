// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/Attention.h"

#include "base/EnumNames.h"

#include <cmath>

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

using Level = Attention::Level;
using Action = Attention::Action;
using Matter = Attention::Matter;

constexpr qint64 diskAlmostFullMb = 100;
constexpr double tooHotC = 80;
constexpr double clockWrongS = 300;

constexpr auto levelNames = enumNames<Level>({
    {Level::None, "none"_L1},
    {Level::Note, "note"_L1},
    {Level::Warning, "warning"_L1},
    {Level::Bad, "bad"_L1},
});

struct Finding
{
    Matter matter = Matter::Nothing;
    const DeviceProcess *process = nullptr;
};

// A process that an update holds is not running on purpose.
const DeviceProcess *worstProcess(const Device &device)
{
    const DeviceProcess *worst = nullptr;
    for (const DeviceProcess &process : device.processes) {
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
bool isStillMissing(const Device &device)
{
    const UpdateTarget *target = device.update->target.get();
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

Matter matterOfUpdate(const Device &device)
{
    if (device.update->state == TargetState::Failed) {
        return isStillMissing(device) ? Matter::UpdateFailed : Matter::Nothing;
    }
    if (device.update->state == TargetState::Expired) {
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

Finding findingOf(const Device &device)
{
    if (!device.conflictWith.isEmpty()) {
        return {Matter::Conflict};
    }
    if (!device.foreignFrom.isEmpty()) {
        return {Matter::ForeignFrom};
    }
    if (const DeviceProcess *process = worstProcess(device)) {
        return {process->report.state == ProcessState::CrashLoop ? Matter::CrashLoop : Matter::Dead, process};
    }
    // Before the updates that fail for it.
    if (device.facts.readOnly) {
        return {Matter::ReadOnly};
    }
    if (!device.facts.problem.isEmpty()) {
        return {Matter::DeviceProblem};
    }
    for (const DeviceProcess &process : device.processes) {
        if (!process.report.problem.isEmpty()) {
            return {Matter::ProcessProblem, &process};
        }
    }
    if (device.update) {
        if (const Matter matter = matterOfUpdate(device); matter != Matter::Nothing) {
            return {matter};
        }
    }
    if (!device.unreadable.isEmpty()) {
        return {Matter::Unreadable};
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
    case Matter::Unreadable:
    case Matter::NotAnswering:
    case Matter::DiskFull:
    case Matter::TooHot:
    case Matter::ClockWrong:
    case Matter::UpdateExpired:
    case Matter::DeviceProblem:
    case Matter::ProcessProblem:
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

} // namespace

Attention attentionOf(const Device &device)
{
    const Finding finding = findingOf(device);
    Attention result{levelOf(finding.matter), finding.matter, Action::None, {}};
    switch (finding.matter) {
    case Matter::Dead:
        // Restarting helps a process that just ended; an old device knows no such command.
        result.action = device.isModern ? Action::Restart : Action::GetLogs;
        result.processName = finding.process->report.name;
        break;
    case Matter::CrashLoop:
    case Matter::ProcessProblem:
        result.action = Action::GetLogs;
        result.processName = finding.process->report.name;
        break;
    case Matter::UpdateFailed:
    case Matter::UpdateExpired:
        result.action = Action::Retry;
        break;
    case Matter::ReadOnly:
    case Matter::DeviceProblem:
    case Matter::DiskFull:
        result.action = Action::GetLogs;
        break;
    default:
        break;
    }
    return result;
}

QLatin1StringView nameOf(Attention::Level level)
{
    return levelNames.nameOf(level);
}

} // namespace sgn::records
