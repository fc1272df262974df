// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Command.h"
#include "protocol/Reply.h"
#include "sim/Behaviour.h"
#include "xmpp/Session.h"

#include <functional>
#include <QHash>
#include <QObject>
#include <QRandomGenerator>
#include <QTimer>

namespace sgn::sim {

// One device as a panel sees it: a real session with made-up replies. Obeys its panel only, runs each numbered command
// once and sends the same reply to a repeat; messages that the server didn't acknowledge are sent again after the next
// login, from memory.
class SimDevice : public QObject
{
    Q_OBJECT

public:
    struct Setting
    {
        xmpp::Account account;
        QString panelJid;
        QString from;        // rpi_unique_id
        quint32 seed = 0;    // of its random decisions
        bool isDead = false; // its last process is
    };

    // `behaviour` and `clock` outlive the object.
    SimDevice(const Setting &setting, const Behaviour &behaviour, const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] const xmpp::Session &session() const { return m_session; }
    [[nodiscard]] QString jid() const { return m_session.ownBareJid(); }

    void switchOn() { m_session.start(); }
    // switchedOff() follows.
    void switchOff() { m_session.stop(); }

Q_SIGNALS:
    void stateChanged(sgn::xmpp::Session::State state);
    void offline(const sgn::Error &reason);
    // Each time that a release is installed; 0 without a number.
    void installed(sgn::Component component, sgn::CommandNo number);
    void switchedOff();

private:
    void receive(const xmpp::IncomingMessage &message);
    void obey(const Command &command, const QByteArray &fingerprint);
    void update(const UpdateCommand &update, const Command &command, const QByteArray &fingerprint);
    void restart(const RestartProcess &restart, const Command &command, const QByteArray &fingerprint);
    [[nodiscard]] CommandResult success(CommandNo number) const;
    [[nodiscard]] CommandResult failure(CommandNo number, ErrorCode code, const QString &remarks) const;
    void finish(const Command &command, const QByteArray &fingerprint, const CommandResult &result);
    void install(const UpdateCommand &update);
    void sendVersions();
    void sendEvent();
    void send(const QByteArray &body);
    void after(const Span &span, std::function<void()> then);
    [[nodiscard]] int draw(int below) { return static_cast<int>(m_random.bounded(below)); }

    const Behaviour &m_behaviour;
    const Clock &m_clock;
    QString m_panelJid;
    QString m_from;
    xmpp::Session m_session;
    QRandomGenerator m_random;
    QList<ProcessReport> m_processes;
    int m_agentVersion = 1;
    bool m_panelWantsEvents = false;
    bool m_isUpdating = false;
    QHash<QByteArray, QByteArray> m_answers; // by fingerprint of the command; empty while it runs
    QHash<quint64, QByteArray> m_onTheWay;   // what is sent again when it is lost
    QByteArrayList m_unsent;
    QTimer m_eventTimer;
};

} // namespace sgn::sim
