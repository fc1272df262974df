// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervision/HeartbeatIntake.h"
#include "supervision/ProcessTable.h"

#include <functional>
#include <QMap>
#include <QObject>
#include <QSet>
#include <QTimer>
#include <vector>

namespace sgn::supervision {

// The table of the meter's processes: takes them in by their heartbeats, keeps them running, holds and resumes them.
class Supervisor : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        DeviceTree tree;
        quint16 heartbeatPort = 0; // passed to the processes as SGN_HEARTBEAT_PORT
        system::ControlGroups groups{};
        SupervisionLimits limits{};
        // After a boot, what cron starts may report first.
        MonotonicTime bootGrace = std::chrono::seconds(5);
        // Supervised elsewhere: what belongs to it is never ended as left behind by one of the table.
        std::function<QSet<pid_t>()> others = [] {
            return QSet<pid_t>();
        };
    };
    using WhenGone = std::function<void(const Outcome &)>;

    Supervisor(Settings settings, const ProgramRules &rules, const Clock &clock, QObject *parent = nullptr);
    ~Supervisor() override;

    // Takes in what an earlier watchdog knew: adopts what still runs, starts the rest.
    void begin(const Registry &registry);

    // Refused or NotFound with the reason; nothing has changed then.
    [[nodiscard]] Result<Credit> heartbeat(const Heartbeat &heartbeat, const HeartbeatSender &sender)
    {
        return m_intake.take(heartbeat, sender);
    }
    // A datagram that is no heartbeat, and why; `name` of its process if it shows one. If a process of the table has
    // sent it, that is its problem, else the device's.
    void unreadable(const HeartbeatSender &sender, const QString &name, const QString &why)
    {
        m_intake.takeUnreadable(sender, name, why);
    }
    // Applies to all processes from now on.
    void setLimits(const SupervisionLimits &limits) { m_table.setLimits(limits); }

    [[nodiscard]] QList<ProcessReport> reports() const { return m_table.reports(); }
    // The numbers of all processes that run.
    [[nodiscard]] QSet<pid_t> pids() const { return m_table.pids(); }
    // What is wrong with programs that aren't in the table, a sentence; empty when nothing is.
    [[nodiscard]] QString problem() const { return m_intake.problem(); }
    // For the registry.
    [[nodiscard]] QList<RegistryEntry> entries() const { return m_table.saved(); }
    [[nodiscard]] const QMap<QString, QString> &retired() const { return m_table.retired(); }
    [[nodiscard]] std::optional<MonotonicTime> holdUntil() const { return m_holdUntil; }

    // Stops all processes and starts none until resume() or until `duration` has passed; a new call renews it.
    // `whenGone` is called once: with success when they are gone, or Cancelled when the hold ended before.
    void hold(MonotonicTime duration, WhenGone whenGone);
    // Ends the hold. Of `expected`, processes that aren't known yet are looked for where they were when they were last
    // known, then in the component's folder as `<name>` or `<name>.py`; known ones that aren't expected and whose
    // program is gone are retired.
    void resume(const QList<ProcessVersion> &expected);
    // NotFound for an unknown name, Busy while it is held.
    [[nodiscard]] Outcome restart(const QString &name);
    // Call when a process that isn't in the table was seen to end: what it had started may be left behind.
    void killOrphansSoon();

Q_SIGNALS:
    // A state changed, or the first heartbeat of a pid or version came in.
    void processChanged(const sgn::ProcessReport &process);
    // problem() changed.
    void problemChanged();
    // entries() or holdUntil() changed.
    void recordChanged();
    // Which processes there are, or a hold, may have changed: to be saved before it is reported, because only what is
    // saved is started again after a power cut, and only a hold that is saved outlives the watchdog.
    void essentialsChanged();

private:
    void recall(const RegistryEntry &saved);
    void startUnlessRunning(SupervisedProcess &process);
    void startExpected(const QString &name);
    void forgetUnexpected(const QList<ProcessVersion> &expected);
    void endHold();
    void answerHold(const Outcome &outcome);
    void checkGone();

    MonotonicTime m_bootGrace;
    const ProgramRules &m_rules;
    const Clock &m_clock;
    std::optional<MonotonicTime> m_holdUntil;
    ProcessTable m_table;
    HeartbeatIntake m_intake;
    system::DeadlineTimer m_holdTimer;
    QTimer m_orphanTimer;
    bool m_isRecalling = false; // what the registry has needn't be saved anew
    std::vector<WhenGone> m_waitingForGone;
};

} // namespace sgn::supervision
