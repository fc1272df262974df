// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/Control.h"
#include "selfupdate/SwapJournal.h"
#include "supervision/AgentControl.h"
#include "system/DeadlineTimer.h"

#include <QObject>
#include <QTimer>

namespace sgn::selfupdate {

// Exchanges the agent's release and rolls back unless the new one is confirmed: it has to reach its server within the
// time, or only to run for a while where there is no network (Swap::mayBeOffline). Each phase (SwapState.h) is saved
// before its work starts and its work can be repeated, so a watchdog that starts after a kill or a power cut goes on
// where the last one was.
class AgentExchange : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        QString installed; // <root>/JabberClient
        QString downloads; // <root>/downloads
        QString journal;   // <root>/wdog/agent-swap.json
        uid_t treeOwner = 0;
        gid_t treeGroup = 0;
        int watchdogVersion = 0;
        // How long a new agent has to run after its hello to be confirmed without the server (Swap::mayBeOffline).
        std::chrono::milliseconds offlineSettle = std::chrono::seconds(30);
    };

    AgentExchange(Settings settings, supervision::AgentControl &agent, const Clock &clock, QObject *parent = nullptr);

    // Reads the journal. To be called before the agent is supervised: true if the agent must be left to resume().
    [[nodiscard]] bool load();
    // Goes on with the swap that load() found.
    void resume();

    // Checks the staged folder and saves the journal: from then on the swap happens. It begins when control is back in
    // the event loop, so that the reply can go out before the requesting agent is stopped. Busy, BadRequest,
    // InstallFailed, Io, NoSpace: nothing has changed.
    [[nodiscard]] Outcome request(const control::Swap &request);
    // The agent has reached its server.
    void online();

    [[nodiscard]] control::SwapStatusReply status() const;
    [[nodiscard]] bool isUnderWay() const;

Q_SIGNALS:
    void finished(const sgn::control::SwapStatusReply &status);

private:
    [[nodiscard]] Result<SwapJournal> plan(const control::Swap &request) const;
    [[nodiscard]] InPlace inPlace() const;
    [[nodiscard]] bool save() const;
    void proceed();
    void exchange();
    void startProbation();
    void helloReceived(int version);
    void agentEnded();
    void agentCannotStart();
    void confirm();
    void reportConfirmed();
    void rollBack(const QString &why);
    void exchangeBack();
    void keepNewAgent();
    void reportRolledBack();
    void tidy();

    Settings m_settings;
    supervision::AgentControl &m_agent;
    SwapJournalFile m_file;
    std::optional<SwapJournal> m_journal;
    system::DeadlineTimer m_timer;
    QTimer m_saveRetry; // active: confirmed, but that isn't durable yet
    QTimer m_rollBackRetry;
    system::DeadlineTimer m_offlineSettle; // set: confirms the new agent without the server
    const Clock &m_clock;
    bool m_helloSeen = false;
    int m_deaths = 0; // of the new agent
};

} // namespace sgn::selfupdate
