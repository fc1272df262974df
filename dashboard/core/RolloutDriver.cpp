// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/RolloutDriver.h"

#include "core/CommandLog.h"
#include "core/Fleet.h"
#include "core/ItemExchange.h"
#include "core/SharedRollouts.h"
#include "rollouts/Policies.h"

#include <algorithm>
#include <QElapsedTimer>
#include <QRandomGenerator>

namespace sgn::core {

using namespace Qt::StringLiterals;
using rollouts::DeviceStep;
using rollouts::Rollout;
using rollouts::RolloutState;
using rollouts::Verdict;
using rollouts::Wave;

namespace {

constexpr std::chrono::seconds countsEvery{2};

} // namespace

RolloutDriver::RolloutDriver(const Parts &parts, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_parts(parts)
    , m_views(parts.fleet, parts.commands, parts.rollouts, parts.clock)
    , m_leases(parts.rollouts, parts.items, parts.clock, timing.leases, parts.by)
    , m_shortest(timing.soon)
{
    m_tick.setInterval(timing.tick);
    connect(&m_tick, &QTimer::timeout, this, &RolloutDriver::look);
    m_soon.setSingleShot(true);
    m_soon.setInterval(m_shortest);
    connect(&m_soon, &QTimer::timeout, this, &RolloutDriver::look);
    connect(&m_parts.rollouts, &SharedRollouts::changed, this, &RolloutDriver::cancelCommands);
    const auto soon = [this] {
        if (m_tick.isActive() && !m_soon.isActive()) {
            m_soon.start();
        }
    };
    connect(&m_parts.rollouts, &SharedRollouts::changed, this, soon);
    connect(&m_parts.commands, &CommandLog::commandChanged, this, soon);
    connect(&m_parts.fleet, &Fleet::cameOnline, this, soon);
    connect(&m_parts.items, &ItemExchange::cameOnline, this, [this] { m_views.forgetReports(); });
}

RolloutDriver::~RolloutDriver() = default;

void RolloutDriver::stop()
{
    m_tick.stop();
    m_soon.stop();
    m_leases.tend({});
}

void RolloutDriver::look()
{
    if (!m_parts.items.isOnline() || !m_parts.rollouts.isComplete() || !m_parts.isReady()) {
        return;
    }
    QElapsedTimer took;
    took.start();
    QStringList running;
    for (const QString &id : m_parts.rollouts.ids()) {
        if (!isEnded(m_parts.rollouts.find(id)->state())) {
            running += id;
        }
    }
    m_leases.tend(running);
    for (const QString &id : std::as_const(running)) {
        if (m_leases.isMine(id) && !m_busy.contains(id)) {
            advance(id);
        }
    }
    // A large fleet's looks must not keep the window waiting.
    m_soon.setInterval(std::max(m_shortest, 10 * std::chrono::milliseconds(took.elapsed())));
}

// What this desk has queued or sent, whichever desk has cancelled it.
void RolloutDriver::cancelCommands(const QString &id)
{
    const Rollout *rollout = m_parts.rollouts.find(id);
    if (!rollout || rollout->state() != RolloutState::Cancelled) {
        return;
    }
    const QString by = rollout->wish.by;
    for (const Wave &wave : m_parts.rollouts.waves(id)) {
        const records::IssuedCommand *record = m_parts.commands.find(wave.number);
        if (record && record->isOwn && !m_parts.commands.openRows(wave.number).isEmpty() &&
            !m_cancelled.contains(wave.number)) {
            m_cancelled.insert(wave.number);
            m_parts.cancel(wave.number, by);
        }
    }
}

void RolloutDriver::advance(const QString &id)
{
    // A copy: what is decided changes it.
    const Rollout rollout = *m_parts.rollouts.find(id);
    if (m_parts.rollouts.reach() == SharedRollouts::Reach::AllDesks && !m_parts.rollouts.hasAllWaves(id)) {
        return m_parts.rollouts.fetchMissingWaves(id); // who is in one of them must not get another command
    }
    RolloutViews::Standing standing = m_views.standingOf(rollout);
    if (const auto next = std::ranges::find(standing.waves, rollout.progress.waves, &Wave::index);
        next != standing.waves.end()) {
        // The desk that drove ended between the wave and the note that it has begun.
        return adoptWave(rollout, *next);
    }
    takeOver(rollout, standing);
    showCounts(rollout, standing.all);
    const Verdict verdict = rollouts::evaluateNextWave(standing.view(rollout));
    const bool isStop = verdict.kind == Verdict::Kind::Stop;
    if (isStop && verdict.why.constFirst().code == records::FactCode::RolloutExpired) {
        return halt(rollout, verdict.why + rollout.progress.why, true);
    }
    if (rollout.state() != RolloutState::Running) {
        return;
    }
    if (rollout.wish.retry.isValid() && rollout.wish.retry > rollout.progress.retried) {
        return beginRetry(rollout, standing);
    }
    if (isStop) {
        return halt(rollout, verdict.why, false);
    }
    if (startDevices(rollout, standing)) {
        return;
    }
    if (verdict.kind == Verdict::Kind::Go) {
        beginWave(rollout, standing);
    } else {
        finishIfOver(rollout, standing);
    }
}

// What another desk has sent is this one's to send again, from now on.
void RolloutDriver::takeOver(const Rollout &rollout, const RolloutViews::Standing &standing)
{
    for (const Wave &wave : standing.waves) {
        const records::IssuedCommand *record = m_parts.commands.find(wave.number);
        if (record && !record->isOwn) {
            send(rollout, wave, {});
        }
    }
}

bool RolloutDriver::startDevices(const Rollout &rollout, RolloutViews::Standing &standing)
{
    QHash<CommandNo, QStringList> starting;
    QHash<QString, qsizetype> newest; // wave of each device
    for (qsizetype i = 0; i < standing.waves.size(); ++i) {
        for (const QString &jid : standing.waves.at(i).jids) {
            newest.insert(jid, i);
        }
    }
    for (const RolloutViews::Device &device : std::as_const(standing.devices)) {
        if (device.view.step != DeviceStep::Waiting) {
            continue;
        }
        const Verdict verdict = rollouts::evaluate(standing.view(rollout), device.view);
        if (verdict.kind == Verdict::Kind::Go) {
            starting[standing.waves.at(newest.value(device.view.jid)).number] += device.view.jid;
            ++standing.all.inFlight;
        } else if (verdict.policy == "in_flight_limit"_L1 || verdict.policy == "growth"_L1) {
            break; // all the others wait for the same
        }
    }
    for (const Wave &wave : std::as_const(standing.waves)) {
        if (const QStringList jids = starting.value(wave.number); !jids.isEmpty()) {
            send(rollout, wave, jids);
        }
    }
    return !starting.isEmpty();
}

void RolloutDriver::beginWave(const Rollout &rollout, const RolloutViews::Standing &standing)
{
    if (!m_views.areTargetsKnown(rollout)) {
        return; // a part of them would look like all
    }
    const auto next = rollouts::nextWave(rollout, m_views.candidatesFor(rollout, standing), standing.all.total);
    if (!next) {
        return finishIfOver(rollout, standing);
    }
    put({rollout.id, rollout.progress.waves, 0, {}, {}, false, next->jids}, next->planned);
}

void RolloutDriver::beginRetry(const Rollout &rollout, const RolloutViews::Standing &standing)
{
    QStringList failed;
    for (const RolloutViews::Device &device : standing.devices) {
        if (device.view.step == DeviceStep::Failed) {
            failed += device.view.jid;
        }
    }
    if (failed.isEmpty()) {
        m_parts.rollouts.changeProgress(
            rollout.id, [&rollout](rollouts::RolloutProgress &progress) { progress.retried = rollout.wish.retry; });
        return;
    }
    put({rollout.id, rollout.progress.waves, 0, {}, {}, true, failed}, rollout.progress.planned);
}

void RolloutDriver::put(const Wave &wave, int planned)
{
    Wave numbered = wave;
    numbered.number = m_parts.commands.reserveNumber();
    numbered.request = CommandLog::newRequest();
    numbered.startedAt = m_parts.clock.wallUtc();
    publish(numbered, planned);
}

// Its publishing may have failed: it counts only when the server has it.
void RolloutDriver::adoptWave(const Rollout &rollout, const Wave &wave)
{
    const int last = static_cast<int>(rollout.plan.waves.size()) - 1;
    const bool isFirst = wave.index == 0;
    publish(wave, wave.isRetry || isFirst ? rollout.progress.planned : std::min(rollout.progress.planned + 1, last));
}

void RolloutDriver::publish(const Wave &wave, int planned)
{
    m_busy.insert(wave.rollout);
    m_parts.rollouts.putWave(wave, [this, wave, planned](const Outcome &outcome) {
        m_busy.remove(wave.rollout);
        if (!outcome || !m_leases.isMine(wave.rollout)) {
            return; // it counts only when it is noted, by whoever drives then
        }
        const QDateTime wished = m_parts.rollouts.find(wave.rollout)->wish.retry;
        m_parts.rollouts.changeProgress(wave.rollout, [&](rollouts::RolloutProgress &progress) {
            progress.waves = wave.index + 1;
            progress.planned = planned;
            if (wave.isRetry) {
                progress.retried = std::max(wave.startedAt, wished); // by a desk whose clock is ahead
            }
        });
        m_soon.start();
    });
}

void RolloutDriver::send(const Rollout &rollout, const Wave &wave, const QStringList &jids)
{
    CommandLog::Agreed agreed;
    agreed.number = wave.number;
    agreed.command.body = rollout.release;
    agreed.command.request = wave.request;
    agreed.command.by = rollout.by;
    agreed.command.window = rollout.plan.window && rollout.plan.window->isDownloadAnytime
                                ? std::optional(LocalWindow{rollout.plan.window->from, rollout.plan.window->to})
                                : std::nullopt;
    agreed.command.notAfter =
        rollout.plan.notAfter.isValid() ? rollout.plan.notAfter : wave.startedAt.addDuration(standingLife);
    agreed.title = u"%1 · %2"_s.arg(rollout.name()).arg(wave.index + 1);
    agreed.createdAt = wave.startedAt;
    m_parts.commands.enlist(agreed, jids);
}

void RolloutDriver::finishIfOver(const Rollout &rollout, const RolloutViews::Standing &standing)
{
    const rollouts::WaveCounts &all = standing.all;
    if (!rollout.plan.targets.isStanding && all.ended() == all.total && m_views.areTargetsKnown(rollout) &&
        m_views.candidatesFor(rollout, standing).isEmpty()) {
        halt(rollout, {}, true);
    }
}

void RolloutDriver::halt(const Rollout &rollout, const records::Facts &why, bool isOver)
{
    const QDateTime now = m_parts.clock.wallUtc();
    m_parts.rollouts.changeProgress(rollout.id, [&](rollouts::RolloutProgress &progress) {
        (isOver ? progress.endedAt : progress.stoppedAt) = std::max(now, rollout.wish.since);
        progress.why = why;
    });
}

void RolloutDriver::showCounts(const Rollout &rollout, const rollouts::WaveCounts &counts)
{
    const rollouts::RolloutProgress &known = rollout.progress;
    // For desks that show no more than the list; the last one counts.
    const bool isRecent =
        known.changedAt.isValid() && known.changedAt.addDuration(countsEvery) > m_parts.clock.wallUtc();
    if (isRecent && counts.ended() < counts.total) {
        return;
    }
    if (known.total != counts.total || known.done != counts.confirmed || known.failed != counts.failed) {
        m_parts.rollouts.changeProgress(rollout.id, [&counts](rollouts::RolloutProgress &progress) {
            progress.total = counts.total;
            progress.done = counts.confirmed;
            progress.failed = counts.failed;
        });
    }
}

} // namespace sgn::core
