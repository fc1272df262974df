// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/Mail.h"
#include "agent/OperatorCheck.h"
#include "agent/PanelLink.h"
#include "agent/ResultBook.h"
#include "agent/ServerTime.h"
#include "base/RateLimit.h"
#include "protocol/Command.h"
#include "protocol/Reply.h"
#include "update/Installer.h"
#include "update/WatchdogPort.h"

#include <optional>
#include <QList>
#include <QObject>
#include <QTimer>

namespace sgn::agent {

// Why a message isn't obeyed, or nothing when it is the panel's own word to this device. A message that the server kept
// while this device was away is one; copies (carbons, archive results) never are, because what they carry was or will
// be said directly.
[[nodiscard]] std::optional<QString> whyNotObeyed(const xmpp::IncomingMessage &message, const QString &panelJid);

// Takes the panel's commands: decides which are obeyed, runs each numbered one once, and answers it once (protocol
// sections 1 and 2).
class CommandRunner : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        QString panelJid;
        QString from; // rpi_unique_id
        OperatorCheck operators{{}, {}};
        // For how long a command with `not_after` waits after the login for the server to say what time it is.
        std::chrono::milliseconds serverTimeLimit{10'000};
        // Requests without a number that waited in the server's store come in a bunch and are answered together.
        std::chrono::milliseconds gather{300};
        // Until an answer that the disk didn't take is tried again.
        std::chrono::milliseconds diskPause{10'000};
    };
    struct Ports
    {
        ResultBook &book;
        Mail &mail;
        update::Installer &installer;
        update::WatchdogPort &watchdog;
        ServerTime &time;
        const Clock &clock;
    };

    // All ports outlive the object.
    CommandRunner(Settings settings, const Ports &ports, QObject *parent = nullptr);

    // After Installer::resume(): answers what a restart has interrupted for good.
    void start();
    void receive(const xmpp::IncomingMessage &message);
    void serverTimeKnown();
    // The upload that logsRequested() asked for.
    void logsUploaded(const LogsReply &reply);

Q_SIGNALS:
    void versionRequested(const QStringList &features);
    void logsRequested();

private:
    struct Waiting
    {
        Command command;
        CommandKey key;
        bool delayed;
        std::optional<CommandClaims> claims; // an operator signed it
    };

    void take(const QByteArray &body, bool delayed, const std::optional<CommandClaims> &claims);
    void refuseUntrusted(const QByteArray &body, const Error &error);
    void drop(const QString &from, const QString &why);
    void refuse(const RejectedCommand &rejected, const QByteArray &body);
    void judge(const Waiting &waiting);
    void run(const Waiting &waiting);
    void runUpdate(const UpdateCommand &update, const Waiting &waiting);
    void runLogs(const Waiting &waiting);
    void cancelUpdate(const CancelUpdate &cancel, const CommandKey &key);
    void restartProcess(const RestartProcess &restart, const CommandKey &key);
    void updateEnded(const update::Ending &ending);
    void answer(const CommandKey &key, const QString &name, const Outcome &outcome, const QString &remarks = {});
    void refuseWhole(const Waiting &waiting, const Error &error);
    void refuseUnable(const Waiting &waiting);
    void answerWaiting();
    void tellGathered();

    Settings m_settings;
    Ports m_ports;
    RateLimit m_dropLog;
    RateLimit m_refusals;
    QList<Waiting> m_waiting; // for the server's time
    QTimer m_timeLimit;
    QTimer m_gather;
    bool m_gatheredVersion = false;
    bool m_gatheredLogs = false;
    QStringList m_gatheredFeatures;
    QList<CommandKey> m_numberedLogs;
    bool m_plainLogs = false;
    QTimer m_tryEndingAgain;
    update::Ending m_unsafeEnding;
};

} // namespace sgn::agent
