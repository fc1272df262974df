// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/RolloutViews.h"

#include "core/CommandLog.h"
#include "core/Fleet.h"
#include "core/SharedRollouts.h"

#include <algorithm>

namespace sgn::core {

using rollouts::DeviceStep;
using rollouts::DeviceView;
using rollouts::Rollout;
using rollouts::Wave;

namespace {

bool isAtLeast(const std::optional<int> &have, int wanted)
{
    return have && *have >= wanted;
}

// Reports what the release brings, or what came after it.
bool hasRelease(const UpdateCommand &release, const records::Device &device)
{
    if (release.component != Component::SmartMeter) {
        return isAtLeast(device.releaseVersion(release.component).number(), release.version);
    }
    return !release.processes.isEmpty() &&
           std::ranges::all_of(release.processes, [&device](const ProcessVersion &wanted) {
               const records::DeviceProcess *have = device.process(wanted.name);
               return have && have->report.versionText.isEmpty() && have->report.version >= wanted.version;
           });
}

bool runs(const UpdateCommand &release, const records::Device &device)
{
    return hasRelease(release, device) &&
           std::ranges::none_of(release.processes, [&device](const ProcessVersion &wanted) {
               const records::DeviceProcess *process = device.process(wanted.name);
               return process && (process->report.isDead || process->report.state == ProcessState::CrashLoop);
           });
}

// Since when its processes have been running, at least.
QDateTime healthySince(const UpdateCommand &release, const records::Device &device, const QDateTime &confirmed,
                       const QDateTime &now)
{
    QDateTime since = confirmed;
    for (const ProcessVersion &wanted : release.processes) {
        const records::DeviceProcess *process = device.process(wanted.name);
        if (process && process->report.since && process->report.since->isValid()) {
            since = std::max(since, std::min(*process->report.since, now)); // its clock may be ahead
        }
    }
    return since;
}

DeviceStep stepOf(records::TargetState state)
{
    switch (state) {
    case records::TargetState::Done:
        return DeviceStep::Confirmed;
    case records::TargetState::Failed:
    case records::TargetState::Expired:
        return DeviceStep::Failed;
    default:
        return DeviceStep::InFlight;
    }
}

} // namespace

TargetRule::TargetRule(const rollouts::Targets &targets)
    : m_jids(targets.jids.cbegin(), targets.jids.cend())
    , m_tag(targets.tag)
    , m_query(DeviceQuery::parse(targets.where))
{}

bool TargetRule::isMetBy(const records::Device &device) const
{
    return (m_jids.isEmpty() || m_jids.contains(device.jid)) && (m_tag.isEmpty() || device.tags.contains(m_tag)) &&
           m_query && m_query->matches(device);
}

RolloutViews::RolloutViews(const Fleet &fleet, CommandLog &commands, const SharedRollouts &rollouts, const Clock &clock)
    : m_fleet(fleet)
    , m_commands(commands)
    , m_rollouts(rollouts)
    , m_clock(clock)
{}

bool RolloutViews::isKnown(const records::Device &device) const
{
    return !device.online || device.notAnswering || m_reported.contains(device.jid);
}

bool RolloutViews::areTargetsKnown(const Rollout &rollout) const
{
    const TargetRule rule(rollout.plan.targets);
    for (int index = 0; index < m_fleet.count(); ++index) {
        const records::Device &device = m_fleet.at(index);
        if (!isKnown(device) && rule.isMetBy(device)) {
            return false;
        }
    }
    return true;
}

DeviceView RolloutViews::basicView(const UpdateCommand &release, const records::Device &device) const
{
    DeviceView view;
    view.jid = device.jid;
    view.isOnline = device.online && !device.notAnswering;
    view.hasRelease = hasRelease(release, device) && isKnown(device);
    view.isHealthy = view.isOnline && view.hasRelease && runs(release, device);
    view.lastSeen = device.lastSeen;
    if (const auto absentFor = view.isOnline ? std::nullopt : m_fleet.absentFor(device.jid)) {
        view.absentSince = m_clock.wallUtc().addDuration(-*absentFor);
    }
    view.utcOffset = device.facts.utcOffsetS;
    view.network = device.facts.network;
    return view;
}

DeviceView RolloutViews::viewOf(const Rollout &rollout, const records::Device &device) const
{
    DeviceView view = basicView(rollout.release, device);
    view.isInWave = false;
    return view;
}

DeviceView RolloutViews::viewIn(const Rollout &rollout, const Wave &wave, const QString &jid) const
{
    const records::Device *device = m_fleet.find(jid);
    DeviceView view = device ? basicView(rollout.release, *device) : DeviceView();
    view.jid = jid;
    const records::CommandTarget *target = m_commands.target(wave.number, jid);
    if (!target) {
        // It got the release by another way before its turn came.
        if (view.hasRelease && !rollout.release.force) {
            view.step = DeviceStep::Confirmed;
            view.healthySince = healthySince(rollout.release, *device, wave.startedAt, m_clock.wallUtc());
        }
        return view;
    }
    view.step = stepOf(target->state);
    view.sentAt = target->firstSentAt;
    if (view.step == DeviceStep::Confirmed && device) {
        view.healthySince = healthySince(rollout.release, *device, target->finishedAt, m_clock.wallUtc());
    } else if (view.step == DeviceStep::Failed) {
        view.lastFailure = target->finishedAt;
    }
    return view;
}

RolloutViews::Standing RolloutViews::standingOf(const Rollout &rollout) const
{
    Standing standing;
    standing.waves = m_rollouts.waves(rollout.id);
    QHash<QString, qsizetype> places;
    int newest = -1; // of the plan
    for (const Wave &wave : std::as_const(standing.waves)) {
        newest = wave.isRetry ? newest : wave.index;
        for (const QString &jid : wave.jids) {
            Device device{viewIn(rollout, wave, jid), wave.index};
            device.view.failures = device.view.step == DeviceStep::Failed ? 1 : 0;
            const auto place = places.constFind(jid);
            if (place == places.cend()) {
                places.insert(jid, standing.devices.size());
                standing.devices += device;
                continue;
            }
            Device &known = standing.devices[*place];
            device.view.failures += known.view.failures;
            device.view.lastFailure = std::max(device.view.lastFailure, known.view.lastFailure);
            device.wave = known.wave; // a retry belongs to the wave whose gate it may open
            known = device;
        }
    }
    standing.at = m_clock.wallUtc();
    for (const Device &device : std::as_const(standing.devices)) {
        count(standing.all, device.view, rollout, standing.at);
        if (device.wave == newest) {
            count(standing.wave, device.view, rollout, standing.at);
        }
    }
    standing.isGateOpen = rollout.progress.waves > 0 && rollout.wish.openAfter == rollout.progress.waves;
    return standing;
}

const records::CommandTarget *RolloutViews::newestTarget(const Standing &standing, const QString &jid) const
{
    for (auto wave = standing.waves.crbegin(); wave != standing.waves.crend(); ++wave) {
        if (const records::CommandTarget *target = m_commands.target(wave->number, jid)) {
            return target;
        }
    }
    return nullptr;
}

QList<rollouts::Candidate> RolloutViews::candidatesFor(const Rollout &rollout, const Standing &standing) const
{
    QSet<QString> taken;
    for (const Device &device : standing.devices) {
        taken.insert(device.view.jid);
    }
    const TargetRule rule(rollout.plan.targets);
    QList<rollouts::Candidate> candidates;
    for (int index = 0; index < m_fleet.count(); ++index) {
        const records::Device &device = m_fleet.at(index);
        const bool isLeft = !taken.contains(device.jid) && isKnown(device) && rule.isMetBy(device);
        if (isLeft && (rollout.release.force || !hasRelease(rollout.release, device))) {
            candidates += {device.jid, device.online};
        }
    }
    return candidates;
}

} // namespace sgn::core
