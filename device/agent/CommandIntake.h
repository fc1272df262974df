// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/Answers.h"
#include "agent/OperatorCheck.h"
#include "agent/PanelLink.h"
#include "agent/TrustedTime.h"
#include "base/RateLimit.h"
#include "protocol/Command.h"

#include <optional>
#include <QList>
#include <QObject>
#include <QTimer>

namespace sgn::agent {

// Why a message isn't obeyed, or nothing when it is the panel's own word to this device. A message that the server kept
// while this device was away is one; copies (carbons, archive results) never are, because what they carry was or will
// be said directly.
[[nodiscard]] std::optional<QString> whyNotObeyed(const xmpp::IncomingMessage &message, const QString &panelJid);

// A command to be carried out now.
struct AcceptedCommand
{
    Command command;
    CommandKey key; // number 0: it has none
    bool delayed = false;
};

// Takes the panel's messages and decides which are commands to obey: from the panel, signed where there are operators'
// keys, in time, and each numbered one once (protocol sections 1 and 2). What isn't obeyed is answered here.
class CommandIntake : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        QString panelJid;
        OperatorCheck operators{{}, {}};
        // For how long a command with `not_after` waits after the login for the server to say what time it is.
        std::chrono::milliseconds serverTimeLimit{10'000};
    };
    struct Ports
    {
        CommandLedger &book;
        Answers &answers;
        TrustedTime &time;
        const Clock &clock;
    };

    // All ports outlive the object.
    CommandIntake(Settings settings, const Ports &ports, QObject *parent = nullptr);

    void receive(const xmpp::IncomingMessage &message);
    void serverTimeKnown();

Q_SIGNALS:
    void accepted(const sgn::agent::AcceptedCommand &command);

private:
    struct Waiting
    {
        AcceptedCommand accepted;
        std::optional<CommandClaims> claims; // an operator signed it
    };

    void take(const QByteArray &body, bool delayed, const std::optional<CommandClaims> &claims);
    // Whether it has been here before; then its answer goes out again, where there is one.
    bool repeatIfKnown(const CommandKey &key);
    void refuseUntrusted(const QByteArray &body, const Error &error);
    void refuseMalformed(const RejectedCommand &rejected, const QByteArray &body);
    void drop(const QString &from, const QString &why);
    void judge(const Waiting &waiting);
    void judgeWaiting();

    Settings m_settings;
    Ports m_ports;
    RateLimit m_dropLog;
    RateLimit m_refusals;
    QList<Waiting> m_waiting; // for the server's time
    QTimer m_timeLimit;
};

} // namespace sgn::agent
