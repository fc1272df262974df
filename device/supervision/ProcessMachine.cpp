// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/ProcessMachine.h"

#include <algorithm>

namespace sgn::supervision {

SupervisionLimits SupervisionLimits::fasterBy(int factor) const
{
    SupervisionLimits faster = *this;
    for (MonotonicTime SupervisionLimits::*limit :
         {&SupervisionLimits::heartbeatTimeout, &SupervisionLimits::startTimeout, &SupervisionLimits::stopGrace,
          &SupervisionLimits::minStartInterval, &SupervisionLimits::firstBackoff, &SupervisionLimits::maxBackoff,
          &SupervisionLimits::workingUptime, &SupervisionLimits::stableUptime, &SupervisionLimits::crashWindow,
          &SupervisionLimits::crashRetry}) {
        faster.*limit = this->*limit / factor;
    }
    return faster;
}

ProcessMachine::ProcessMachine(const SupervisionLimits &limits, ProofOfLife proof, MonotonicTime now)
    : m_limits(limits)
    , m_proof(proof)
    , m_lastProof(now)
    , m_reportedState(state())
{}

ProcessActions ProcessMachine::handle(LifecycleEvent event, MonotonicTime now)
{
    ProcessActions actions = step(event, now);
    if (state() != m_reportedState || isDead(now) != m_reportedDead) {
        m_reportedState = state();
        m_reportedDead = isDead(now);
        actions |= ProcessAction::Report;
    }
    return actions;
}

ProcessActions ProcessMachine::step(LifecycleEvent event, MonotonicTime now)
{
    switch (event) {
    case LifecycleEvent::StartRequested:
        return requestStart(now);
    case LifecycleEvent::HoldRequested:
        return requestHold(now);
    case LifecycleEvent::RestartRequested:
        return requestRestart(now);
    case LifecycleEvent::Started:
        started(startLimit(), now);
        return {};
    case LifecycleEvent::StartFailed:
        startFailed(now);
        return {};
    case LifecycleEvent::Adopted:
        return adopted(m_limits.heartbeatTimeout, now);
    case LifecycleEvent::AdoptedAnew:
        return adopted(startLimit(), now);
    case LifecycleEvent::Heartbeat:
        return proved(now);
    case LifecycleEvent::SignOfLife:
        showedLife(now);
        return {};
    case LifecycleEvent::Exited:
        return exited(now);
    case LifecycleEvent::DeadlineReached:
        return deadlineReached(now);
    }
    return {};
}

ProcessActions ProcessMachine::requestStart(MonotonicTime now)
{
    switch (m_phase) {
    case Phase::Waiting:
    case Phase::Held:
        forgetFailures();
        m_phase = Phase::Waiting;
        return startAt(earliestStart(now), now);
    case Phase::Stopping:
    case Phase::Killing:
        if (m_stopReason == StopReason::Held) {
            m_stopReason = StopReason::Restart;
        }
        return {};
    case Phase::Starting:
    case Phase::Running:
        return {};
    }
    return {};
}

ProcessActions ProcessMachine::requestHold(MonotonicTime now)
{
    switch (m_phase) {
    case Phase::Waiting:
        m_phase = Phase::Held;
        m_deadline.reset();
        return {};
    case Phase::Starting:
    case Phase::Running:
        return stop(StopReason::Held, now);
    case Phase::Stopping:
    case Phase::Killing:
        m_stopReason = StopReason::Held;
        return {};
    case Phase::Held:
        return {};
    }
    return {};
}

ProcessActions ProcessMachine::requestRestart(MonotonicTime now)
{
    switch (m_phase) {
    case Phase::Waiting:
        return requestStart(now);
    case Phase::Starting:
    case Phase::Running:
        return stop(StopReason::Restart, now);
    case Phase::Stopping:
    case Phase::Killing:
        if (m_stopReason == StopReason::Hung) {
            m_stopReason = StopReason::Restart;
        }
        return {};
    case Phase::Held:
        return {};
    }
    return {};
}

MonotonicTime ProcessMachine::startLimit() const
{
    return m_proof == ProofOfLife::Heartbeats ? m_limits.startTimeout : m_limits.heartbeatTimeout;
}

void ProcessMachine::started(MonotonicTime limit, MonotonicTime now)
{
    m_phase = Phase::Starting;
    m_lastStart = now;
    m_deadline = now + limit;
    // What starts again and again after failures has shown nothing for all that time.
    m_startEnd = m_failures == 0 ? m_deadline : std::nullopt;
    m_wasProved = false;
    m_cannotStart = false;
}

void ProcessMachine::startFailed(MonotonicTime now)
{
    m_phase = Phase::Waiting;
    m_startEnd.reset();
    m_lastStart = now;
    m_cannotStart = true;
    ++m_failures;
    m_deadline = now + backoff();
}

ProcessActions ProcessMachine::adopted(MonotonicTime limit, MonotonicTime now)
{
    const bool held = m_phase == Phase::Held;
    started(limit, now);
    // It has been up for longer than we know: should it end now, it may start again at once.
    m_lastStart = now - m_limits.minStartInterval;
    return held ? stop(StopReason::Held, now) : ProcessActions();
}

ProcessActions ProcessMachine::proved(MonotonicTime now)
{
    if (m_phase != Phase::Starting && m_phase != Phase::Running) {
        return {};
    }
    m_phase = Phase::Running;
    m_startEnd.reset();
    m_wasProved = true;
    m_lastProof = now;
    if (m_proof == ProofOfLife::Heartbeats) {
        m_deadline = now + m_limits.heartbeatTimeout;
    } else {
        m_deadline.reset();
    }
    return {};
}

void ProcessMachine::showedLife(MonotonicTime now)
{
    if (m_phase == Phase::Starting || m_phase == Phase::Running) {
        m_lastProof = now;
        m_deadline = m_deadline ? std::max(*m_deadline, now + m_limits.heartbeatTimeout) : m_deadline;
    }
}

ProcessActions ProcessMachine::exited(MonotonicTime now)
{
    m_startEnd.reset();
    switch (m_phase) {
    case Phase::Running:
        m_lastProof = now;
        return crashed(now);
    case Phase::Starting:
        return crashed(now);
    case Phase::Stopping:
    case Phase::Killing:
        if (m_stopReason == StopReason::Hung) {
            return crashed(now);
        }
        if (m_stopReason == StopReason::Held) {
            m_phase = Phase::Held;
            m_deadline.reset();
            return {};
        }
        m_phase = Phase::Waiting;
        forgetFailures();
        return startAt(earliestStart(now), now);
    case Phase::Waiting:
    case Phase::Held:
        return {};
    }
    return {};
}

ProcessActions ProcessMachine::deadlineReached(MonotonicTime now)
{
    if (!m_deadline || now < *m_deadline) {
        return {};
    }
    switch (m_phase) {
    case Phase::Waiting:
        return startAt(now, now);
    case Phase::Starting:
    case Phase::Running:
        return stop(StopReason::Hung, now);
    case Phase::Stopping:
    case Phase::Killing:
        // Repeated, because what it has started may have grown in the meantime.
        m_phase = Phase::Killing;
        m_deadline = now + m_limits.stopGrace;
        return ProcessAction::Kill;
    case Phase::Held:
        return {};
    }
    return {};
}

ProcessActions ProcessMachine::stop(StopReason reason, MonotonicTime now)
{
    if (m_phase == Phase::Running && reason != StopReason::Hung) {
        m_lastProof = now;
    }
    m_phase = Phase::Stopping;
    m_stopReason = reason;
    m_deadline = now + m_limits.stopGrace;
    return ProcessAction::Terminate;
}

ProcessActions ProcessMachine::startAt(MonotonicTime when, MonotonicTime now)
{
    if (when > now) {
        m_deadline = when;
        return {};
    }
    m_deadline.reset();
    return ProcessAction::Start;
}

ProcessActions ProcessMachine::crashed(MonotonicTime now)
{
    m_phase = Phase::Waiting;
    const MonotonicTime worked = m_wasProved ? now - m_lastStart.value_or(now) : MonotonicTime(0);
    if (worked >= m_limits.workingUptime) {
        m_failures = 0;
    }
    if (worked >= m_limits.stableUptime) {
        m_crashLoop = false;
    }
    erase_if(m_exits, [&](MonotonicTime exit) { return now - exit > m_limits.crashWindow; });
    m_exits += now;
    if (m_exits.size() >= m_limits.crashCount) {
        m_exits.remove(0, m_exits.size() - m_limits.crashCount);
        m_crashLoop = true;
    }
    MonotonicTime when = earliestStart(now);
    if (m_crashLoop) {
        when = std::max(when, m_lastStart.value_or(now) + m_limits.crashRetry);
    } else if (m_failures > 0) {
        when = std::max(when, now + backoff());
    }
    ++m_failures;
    return startAt(when, now);
}

void ProcessMachine::forgetFailures()
{
    m_failures = 0;
    m_exits.clear();
    m_crashLoop = false;
    m_cannotStart = false;
}

MonotonicTime ProcessMachine::backoff() const
{
    const int exponent = std::clamp(m_failures - 1, 0, 20);
    return std::min(m_limits.maxBackoff, m_limits.firstBackoff * (MonotonicTime::rep{1} << exponent));
}

MonotonicTime ProcessMachine::earliestStart(MonotonicTime now) const
{
    return m_lastStart ? std::max(now, *m_lastStart + m_limits.minStartInterval) : now;
}

std::optional<MonotonicTime> ProcessMachine::deadline() const
{
    const bool dies = state() != ProcessState::Running && !m_reportedDead;
    if (!dies) {
        return m_deadline;
    }
    return m_deadline ? std::min(*m_deadline, death()) : death();
}

MonotonicTime ProcessMachine::death() const
{
    const MonotonicTime silent = m_lastProof + m_limits.heartbeatTimeout;
    return m_startEnd ? std::max(*m_startEnd, silent) : silent;
}

ProcessState ProcessMachine::state() const
{
    switch (m_phase) {
    case Phase::Waiting:
        if (m_cannotStart) {
            return ProcessState::Dead;
        }
        return m_crashLoop ? ProcessState::CrashLoop : ProcessState::Backoff;
    case Phase::Starting:
        // The retries of a crash loop are no news until one of them shows life.
        return m_crashLoop ? ProcessState::CrashLoop : ProcessState::Starting;
    case Phase::Running:
        return ProcessState::Running;
    case Phase::Stopping:
    case Phase::Killing:
        switch (m_stopReason) {
        case StopReason::Hung:
            return ProcessState::Hung;
        case StopReason::Held:
            return ProcessState::Held;
        case StopReason::Restart:
            return ProcessState::Starting;
        }
        break;
    case Phase::Held:
        return ProcessState::Held;
    }
    return ProcessState::Unknown;
}

bool ProcessMachine::isDead(MonotonicTime now) const
{
    return m_phase != Phase::Running && now >= death();
}

bool ProcessMachine::exitIsWanted() const
{
    return (m_phase == Phase::Stopping || m_phase == Phase::Killing) && m_stopReason != StopReason::Hung;
}

bool ProcessMachine::isHeld() const
{
    return state() == ProcessState::Held;
}

} // namespace sgn::supervision
