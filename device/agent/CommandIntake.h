// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/Answers.h"
#include "agent/PanelCommand.h"
#include "agent/TrustedTime.h"
#include "base/RateLimit.h"

#include <chrono>
#include <QList>
#include <QObject>
#include <QTimer>

namespace sgn::agent {

// Receives the panel's messages and decides which are commands to carry out: from the panel, signed where there are
// operators' keys, in time, and each numbered one once (protocol sections 1 and 2). A message is parsed once, by
// readPanelCommand(); refuse() replies to what isn't carried out.
class CommandIntake : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        QString panelJid;
        OperatorCheck operators{{}, {}};
        // For how long a command with `not_after` waits after the login for the server's time.
        std::chrono::milliseconds serverTimeLimit{10'000};
    };
    struct Ports
    {
        CommandLedger &ledger;
        Answers &answers;
        TrustedTime &time;
        const Clock &clock;
    };

    // All ports outlive the object.
    CommandIntake(Settings settings, const Ports &ports, QObject *parent = nullptr);

    void receive(const xmpp::IncomingMessage &message);
    void serverTimeKnown();

Q_SIGNALS:
    // To be carried out now.
    void accepted(const sgn::agent::PanelCommand &command);

private:
    void take(PanelCommand command);
    // Whether this device has the command on record already; then its reply is sent again, where there is one.
    bool repeatIfKnown(const CommandKey &key);
    [[nodiscard]] bool mustWaitForTime(const Command &command) const;
    void judge(const PanelCommand &command);
    void judgeWaiting();
    [[nodiscard]] std::optional<Error> untimely(const PanelCommand &command) const;
    void refuse(const CommandRefusal &refusal);
    void drop(const QString &from, const QString &why);

    Settings m_settings;
    Ports m_ports;
    RateLimit m_dropLog;
    RateLimit m_refusals;
    QList<PanelCommand> m_waiting; // for the server's time
    QTimer m_timeLimit;
};

} // namespace sgn::agent
