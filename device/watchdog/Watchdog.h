// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "selfupdate/AgentExchange.h"
#include "selfupdate/WatchdogExchange.h"
#include "supervision/AgentSupervisor.h"
#include "supervision/Supervisor.h"
#include "system/Machine.h"
#include "system/UserAccount.h"
#include "watchdog/ControlServer.h"
#include "watchdog/HeartbeatSocket.h"
#include "watchdog/StickDesk.h"

#include <memory>
#include <QObject>
#include <QTimer>

namespace sgn::watchdog {

// Where a watchdog works, and with what.
struct WatchdogSettings
{
    DeviceTree tree;
    system::UserAccount owner{}; // of the root folder
    QString socket = DeviceTree::controlSocket();
    quint16 port = 0;
    int version = 0;         // of the watchdog's release
    int speed = 1;           // divides all times, for tests
    QString programFolder{}; // of this program
    QStringList arguments{}; // it was started with
    bool hasInit = false;    // systemd starts it again when it ends
    system::ControlGroups groups{};
    QString sticks{}; // where another program mounts USB sticks; empty: this one does, if it is root
};

// The whole program but for main(): joins the sockets, the table of processes, the agent and the registry.
class Watchdog : public QObject
{
    Q_OBJECT

public:
    // `machine` and `clock` outlive the watchdog.
    Watchdog(WatchdogSettings settings, std::unique_ptr<HeartbeatSocket> heartbeats,
             std::unique_ptr<ControlServer> control, system::Machine &machine, const Clock &clock);
    ~Watchdog() override;

    // Takes in the registry and supervises everything from now on.
    void begin();
    // Writes what isn't saved yet. The processes go on without us.
    void finish();
    // Reaps children that no object watches: what left its parent behind became ours.
    void reapOrphans();

Q_SIGNALS:
    // The new release of the watchdog is in place; finish() and become it.
    void handOver();

private:
    // nullopt: the reply follows later.
    using Reply = std::optional<Result<control::ReplyBody>>;

    void handle(ControlPeer &peer, const control::Request &request);
    [[nodiscard]] Reply replyTo(ControlPeer &peer, const control::Request &request);
    [[nodiscard]] Reply hold(ControlPeer &peer, control::RequestId id, const control::Hold &hold);
    [[nodiscard]] Result<control::ReplyBody> hello(ControlPeer &peer, const control::Hello &hello);
    [[nodiscard]] control::StatusReply status() const;
    [[nodiscard]] Result<control::ReplyBody> resume(const control::Resume &resume);
    [[nodiscard]] Outcome restartMachine(const ControlPeer &peer);
    [[nodiscard]] QSet<pid_t> agentPids() const;
    [[nodiscard]] bool isAgent(const ControlPeer &peer) const;
    [[nodiscard]] Result<control::ReplyBody> swap(const control::Swap &swap);
    void stickDone(const ControlPeer &peer);
    [[nodiscard]] QList<selfupdate::WatchedProcess> watchedProcesses() const;
    void setLimits(std::optional<int> heartbeatTimeoutS, std::optional<int> startTimeoutS);
    void saveSoon();
    void save();

    WatchdogSettings m_settings;
    system::Machine &m_machine;
    const Clock &m_clock;
    QByteArray m_bootId;
    supervision::ProgramRules m_meterRules;
    supervision::ProgramRules m_agentRules;
    std::unique_ptr<HeartbeatSocket> m_heartbeats;
    std::unique_ptr<ControlServer> m_control;
    supervision::Supervisor m_supervisor;
    supervision::AgentSupervisor m_agent;
    selfupdate::AgentExchange m_agentExchange;
    selfupdate::WatchdogExchange m_watchdogExchange;
    StickDesk m_sticks;
    std::optional<int> m_heartbeatTimeoutS; // as the agent has reported them
    std::optional<int> m_startTimeoutS;
    std::optional<control::AgentLink> m_agentLink; // as the running agent has reported it
    QTimer m_saveTimer;
    MonotonicTime m_lastSave{};
    QByteArray m_savedPrograms; // in the copy
    QByteArray m_saved;
};

} // namespace sgn::watchdog
