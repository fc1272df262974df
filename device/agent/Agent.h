// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/Answers.h"
#include "agent/CommandIntake.h"
#include "agent/CommandJournal.h"
#include "agent/CommandLedger.h"
#include "agent/CommandRunner.h"
#include "agent/ConfigTrial.h"
#include "agent/IdentityWatch.h"
#include "agent/LogUploader.h"
#include "agent/MachineRestart.h"
#include "agent/Outbox.h"
#include "agent/OutboxSender.h"
#include "agent/PanelFeatures.h"
#include "agent/PanelLink.h"
#include "agent/PanelMapCall.h"
#include "agent/ProcessEventReporter.h"
#include "agent/ProcessStatus.h"
#include "agent/StickUpdates.h"
#include "agent/TrustedTime.h"
#include "agent/VersionReporter.h"
#include "base/DeviceTree.h"
#include "config/DeviceConfig.h"
#include "download/Downloader.h"
#include "update/Installer.h"

#include <functional>
#include <optional>
#include <QObject>

namespace sgn::agent {

// What the agent reads from its configuration and its command line, and times that tests shorten.
struct AgentSettings
{
    DeviceConfig config;
    DeviceTree tree;
    QString problem = {}; // that was found while starting, for the version report
    int version = 0;      // of the release this program runs from
    quint16 watchdogPort = 4951;
    update::SwapTimes swapTimes = {};
    download::DownloadLimits downloadLimits = {};
    PanelMapCall::Times panelMapTimes = {};
    std::chrono::milliseconds fileStoreLimit{5'000};
    ProcessEventReporter::Limits eventLimits = {};
    // Returns the version of the connected watchdog, or nullopt while there is none.
    std::function<std::optional<int>()> watchdogVersion = {};
    update::ServerTrial serverTrial = {};
    QString bootIdFile = QStringLiteral("/proc/sys/kernel/random/boot_id");
    std::chrono::milliseconds rebootLimit{300'000};
    std::chrono::milliseconds holdPoll{2'000};
    std::chrono::milliseconds stickPause{5'000};
};

// The device as its panel sees it: creates the parts of the agent and connects them. It decides nothing itself but
// which part receives which message.
class Agent : public QObject
{
    Q_OBJECT

public:
    // All references outlive the object.
    Agent(const AgentSettings &settings, PanelLink &link, control::WatchdogPort &watchdog, const Clock &clock,
          QObject *parent = nullptr);

    // Reads what the previous run left on disk and continues with it.
    void start();

Q_SIGNALS:
    // The configuration on disk is another one: the agent has to be made anew.
    void restartRequested();

private:
    void versionRequested(const QStringList &features, bool isLive);
    [[nodiscard]] QString problem() const;
    void sendProgress(const update::Order &order, update::State state, int percent, const update::Wait &wait);

    QString m_from;
    QString m_problem; // that was found while starting
    PanelLink &m_link;
    Outbox m_outbox;
    CommandJournal m_record;
    OutboxSender m_sender;
    CommandLedger m_ledger;
    Answers m_answers;
    TrustedTime m_time;
    IdentityWatch m_identity;
    update::Installer m_installer;
    MachineRestart m_restart;
    ConfigTrial m_config;
    CommandIntake m_intake;
    CommandRunner m_commands;
    ProcessStatus m_status;
    VersionReporter m_versions;
    LogUploader m_logs;
    PanelMapCall m_panelMap;
    PanelFeatures m_features;
    // Separate from the results, so that no number of events can displace one of those.
    Outbox m_eventOutbox;
    OutboxSender m_eventSender;
    ProcessEventReporter m_events;
    StickUpdates m_stick;
};

} // namespace sgn::agent
