// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/Answers.h"
#include "agent/CommandLedger.h"
#include "agent/ConfigTrial.h"
#include "agent/MachineRestart.h"
#include "agent/OutboxSender.h"
#include "agent/PanelCommand.h"
#include "agent/TrustedTime.h"
#include "control/WatchdogPort.h"
#include "protocol/Command.h"
#include "protocol/Reply.h"
#include "update/Installer.h"

#include <QList>
#include <QObject>
#include <QTimer>

namespace sgn::agent {

// Carries out the commands that the intake has accepted, and replies to each numbered one once, whatever restarts
// happen meanwhile (protocol section 2).
class CommandRunner : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        QString from;              // rpi_unique_id
        bool mustBeSigned = false; // there are operators' keys
        QString secret;            // the password: replaced in every result, whatever a log holds
        QString root;              // of the device's folder
        // Requests without a number that waited in the server's store arrive together and get one reply.
        std::chrono::milliseconds gather{300};
        // Until a reply that couldn't be recorded is tried again.
        std::chrono::milliseconds diskPause{10'000};
    };
    struct Ports
    {
        CommandLedger &ledger;
        Answers &answers;
        OutboxSender &sender;
        update::Installer &installer;
        MachineRestart &restart;
        ConfigTrial &config;
        control::WatchdogPort &watchdog;
        TrustedTime &time;
    };

    // All ports outlive the object.
    CommandRunner(Settings settings, const Ports &ports, QObject *parent = nullptr);

    // After resume() of Installer, MachineRestart and ConfigTrial: replies to commands that a restart interrupted and
    // that aren't continued.
    void start();
    void run(const PanelCommand &accepted);
    // The result of the upload that logsRequested() requested.
    void logsUploaded(const LogsReply &reply);

Q_SIGNALS:
    // Live: not one that the server has kept.
    void versionRequested(const QStringList &features, bool isLive);
    void logsRequested();

private:
    void runTask(const update::Task &task, const PanelCommand &accepted);
    void rebootSystem(const CommandKey &key);
    void updateConfig(const ConfigUpdate &update, const CommandKey &key);
    void configTried(const CommandKey &key, const std::optional<Error> &failure);
    void rebooted(const CommandKey &key, const std::optional<Error> &failure);
    [[nodiscard]] bool isUnderWay(const CommandKey &key) const;
    void beginIfUnknown(const CommandKey &key, const QString &name);
    void runLogs(const PanelCommand &accepted);
    void cancelUpdate(const CancelUpdate &cancel, const CommandKey &key);
    void restartProcess(const RestartProcess &restart, const CommandKey &key);
    void updateEnded(const update::UpdateOutcome &outcome);
    void emitGathered();

    Settings m_settings;
    Ports m_ports;
    QTimer m_gather;
    bool m_gatheredVersion = false;
    bool m_gatheredLogs = false;
    QStringList m_gatheredFeatures;
    QList<CommandKey> m_numberedLogs;
    bool m_plainLogs = false;
    QTimer m_outcomeRetry;
    update::UpdateOutcome m_unrecordedOutcome;
};

} // namespace sgn::agent
