// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "protocol/Process.h"

#include <optional>
#include <QFlags>
#include <QList>

namespace sgn::supervision {

// How long a process may be silent, and how often it is started again.
struct SupervisionLimits
{
    MonotonicTime heartbeatTimeout =
        std::chrono::seconds(60);                           // silence that means hung; not running as long means dead
    MonotonicTime startTimeout = std::chrono::seconds(300); // from the start to the first heartbeat; longer means hung
    MonotonicTime stopGrace = std::chrono::seconds(10);     // between TERM and KILL
    MonotonicTime minStartInterval = std::chrono::seconds(1);
    MonotonicTime firstBackoff = std::chrono::seconds(1); // before the second restart in a row; doubles
    MonotonicTime maxBackoff = std::chrono::seconds(60);
    // What has worked for as long as this is started again at once, whatever failed before.
    MonotonicTime workingUptime = std::chrono::seconds(10);
    MonotonicTime stableUptime = std::chrono::seconds(60); // a run as long as this ends a row of failures
    MonotonicTime crashWindow = std::chrono::minutes(5);
    int crashCount = 5; // exits in the window that make a crash loop
    MonotonicTime crashRetry = std::chrono::seconds(60);

    // All times divided by `factor`, so that tests needn't wait.
    [[nodiscard]] SupervisionLimits fasterBy(int factor) const;
};

// What keeps a process from being taken for hung.
enum class ProofOfLife {
    Heartbeats, // one within startTimeout of the start, then one within every heartbeatTimeout
    HelloOnce,  // one within heartbeatTimeout of the start; from then on it is enough that the process exists
};

// What ProcessMachine is given. (sgn::ProcessEvent is what the panel gets, something else.)
enum class LifecycleEvent {
    StartRequested, // also ends a hold, and forgets earlier failures
    HoldRequested,
    RestartRequested,
    Started,     // the outcome of ProcessAction::Start
    StartFailed, // the other outcome
    Adopted,     // a process that runs already, whoever started it, was found to be ours
    AdoptedAnew, // the same of one that was started less than startTimeout ago
    Heartbeat,   // from the current process
    SignOfLife,  // perhaps from the current process: keeps it from being taken for hung, and confirms nothing
    Exited,
    DeadlineReached,
};

// What the caller of ProcessMachine::handle() has to do.
enum class ProcessAction {
    Start = 1,     // and report Started or StartFailed
    Terminate = 2, // ask the process to end
    Kill = 4,      // end it and everything it started
    Report = 8,    // state() or isDead() differ from what was reported last
};
Q_DECLARE_FLAGS(ProcessActions, ProcessAction)
Q_DECLARE_OPERATORS_FOR_FLAGS(ProcessActions)

// Decides what happens to one supervised process: a value without I/O, a table over (phase, event, now). The caller
// feeds every event and carries out what handle() returns. Source: architecture "Watchdog".
class ProcessMachine
{
public:
    ProcessMachine(const SupervisionLimits &limits, ProofOfLife proof, MonotonicTime now);

    [[nodiscard]] const SupervisionLimits &limits() const { return m_limits; }
    // For what happens from now on; a deadline that runs stays.
    void setLimits(const SupervisionLimits &limits) { m_limits = limits; }

    [[nodiscard]] ProcessActions handle(LifecycleEvent event, MonotonicTime now);

    // When DeadlineReached is due; an early or repeated one does nothing.
    [[nodiscard]] std::optional<MonotonicTime> deadline() const;

    [[nodiscard]] ProcessState state() const;
    // Not proved to be running for heartbeatTimeout or longer (seed step 15). One that was started on purpose has its
    // startTimeout.
    [[nodiscard]] bool isDead(MonotonicTime now) const;
    // Whether the next exit is one that was asked for, and so no death worth a record.
    [[nodiscard]] bool exitIsWanted() const;
    [[nodiscard]] bool isHeld() const;

private:
    enum class Phase { Waiting, Starting, Running, Stopping, Killing, Held };
    enum class StopReason { Hung, Held, Restart };

    ProcessActions step(LifecycleEvent event, MonotonicTime now);
    ProcessActions requestStart(MonotonicTime now);
    ProcessActions requestHold(MonotonicTime now);
    ProcessActions requestRestart(MonotonicTime now);
    ProcessActions adopted(MonotonicTime limit, MonotonicTime now);
    ProcessActions proved(MonotonicTime now);
    void showedLife(MonotonicTime now);
    ProcessActions exited(MonotonicTime now);
    ProcessActions deadlineReached(MonotonicTime now);
    ProcessActions stop(StopReason reason, MonotonicTime now);
    ProcessActions startAt(MonotonicTime when, MonotonicTime now);
    ProcessActions crashed(MonotonicTime now);
    void started(MonotonicTime limit, MonotonicTime now);
    [[nodiscard]] MonotonicTime startLimit() const;
    [[nodiscard]] MonotonicTime death() const;
    void startFailed(MonotonicTime now);
    void forgetFailures();
    [[nodiscard]] MonotonicTime backoff() const;
    [[nodiscard]] MonotonicTime earliestStart(MonotonicTime now) const;

    SupervisionLimits m_limits;
    ProofOfLife m_proof;
    Phase m_phase = Phase::Waiting;
    StopReason m_stopReason = StopReason::Hung;
    std::optional<MonotonicTime> m_deadline;
    std::optional<MonotonicTime> m_lastStart;
    MonotonicTime m_lastProof;               // the last moment it was known to run
    std::optional<MonotonicTime> m_startEnd; // until when a start on purpose may take
    QList<MonotonicTime> m_exits;
    int m_failures = 0; // in a row
    bool m_wasProved = false;
    bool m_crashLoop = false;
    bool m_cannotStart = false;
    ProcessState m_reportedState;
    bool m_reportedDead = false;
};

} // namespace sgn::supervision
