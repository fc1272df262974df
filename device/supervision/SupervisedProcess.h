// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Process.h"
#include "supervision/OutputLog.h"
#include "supervision/ProcessMachine.h"
#include "supervision/Program.h"
#include "supervision/Registry.h"
#include "system/ControlGroups.h"
#include "system/DeadlineTimer.h"
#include "system/ExitNotifier.h"

#include <functional>
#include <QByteArrayList>
#include <QObject>
#include <QSet>
#include <QTimer>

namespace sgn::supervision {

// One process as the system sees it: carries out what its ProcessMachine decides, and feeds the machine with what
// happens.
class SupervisedProcess : public QObject
{
    Q_OBJECT

public:
    struct Spec
    {
        QString name;    // in the log and in reports
        QString program; // checked by the rules anew before every start
        QByteArrayList arguments;
        QByteArrayList environment;
        QString outputFile;
        system::ControlGroups groups;
        ProofOfLife proof = ProofOfLife::Heartbeats;
        bool noNewPrivileges = false; // see system::Launch
        // The processes of the other programs that are supervised: none of them is ended with this one.
        std::function<QSet<pid_t>()> others = [] {
            return QSet<pid_t>();
        };
    };

    SupervisedProcess(Spec spec, const ProgramRules &rules, const SupervisionLimits &limits, const Clock &clock,
                      QObject *parent = nullptr);
    ~SupervisedProcess() override;

    [[nodiscard]] const Spec &spec() const { return m_spec; }
    [[nodiscard]] bool isAlive() const { return m_handle.has_value(); }
    [[nodiscard]] std::optional<ProcessIdentity> identity() const;
    [[nodiscard]] ProcessState state() const { return m_machine.state(); }
    [[nodiscard]] bool isDead() const { return m_machine.isDead(m_clock.monotonic()); }
    [[nodiscard]] bool isHeld() const { return m_machine.isHeld(); }
    [[nodiscard]] QDateTime since() const { return m_since; }
    [[nodiscard]] const std::optional<LastExit> &lastExit() const { return m_lastExit; }
    [[nodiscard]] const RestartCount &restarts() const { return m_restarts; }
    // Why the last start failed, or led to nothing; empty when it didn't.
    [[nodiscard]] QString startProblem() const { return m_startProblem.isEmpty() ? m_exitProblem : m_startProblem; }
    // The start has failed in the same way more than once.
    [[nodiscard]] bool cannotStart() const { return m_failedStarts > 1; }

    // What an earlier watchdog knew.
    void remember(const std::optional<LastExit> &lastExit, const RestartCount &restarts);

    void start();
    void hold();
    void restart();
    // Takes over a process that runs already. Only while !isAlive().
    void adopt(system::ProcessHandle handle, const Program &program);
    // A heartbeat or hello of the current process came in.
    void prove();
    // See LifecycleEvent::SignOfLife.
    void showLife();
    // The name under which the same file is started from now on.
    void setProgram(const QString &program) { m_spec.program = program; }
    // What runs goes on writing to the file that it was started with.
    void rename(const QString &name, const QString &outputFile);
    void setLimits(const SupervisionLimits &limits);
    // Ends what earlier runs have left behind and became our child only now.
    void killOrphans() const;

Q_SIGNALS:
    // adopt() has taken over a process, of which nothing has been reported yet.
    void adopted();
    // state() or isDead() changed.
    void changed();
    // identity(), lastExit() or restarts() changed: worth saving.
    void recordChanged();
    // The process is gone, and the machine has decided what comes next.
    void ended();
    // See startProblem() and cannotStart(); it will be tried again.
    void startFailed();

private:
    void feed(LifecycleEvent event);
    // Started or StartFailed.
    LifecycleEvent launchNow();
    [[nodiscard]] Result<system::ProcessHandle> tryLaunch(const Program &program);
    void watch(system::ProcessHandle handle, const Program &program);
    void terminate();
    void onExit();
    void record(const system::ExitStatus &status);
    void trimOutput();
    void killGroup();

    Spec m_spec;
    const ProgramRules &m_rules;
    const Clock &m_clock;
    ProcessMachine m_machine;
    system::DeadlineTimer m_timer;
    OutputLog m_output;
    std::optional<system::ProcessHandle> m_handle;
    Program m_running;  // what m_handle runs
    QByteArray m_group; // control group of m_handle that is its alone; empty: none
    system::ExitNotifier *m_exitNotifier = nullptr;
    std::optional<MonotonicTime> m_lastProof; // of the current process
    QTimer m_trimTimer;                       // runs while the process does
    std::optional<LastExit> m_lastExit;
    RestartCount m_restarts;
    bool m_isRestart = false; // the next start follows a death
    QString m_startProblem;
    QString m_exitProblem;  // until a heartbeat shows otherwise
    int m_failedStarts = 0; // in a row, by m_startProblem
    QDateTime m_since;
};

} // namespace sgn::supervision
