// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "technician/CheckFacts.h"
#include "xmpp/Account.h"

#include <functional>
#include <QObject>
#include <QTimer>

namespace sgn::technician {

// Goes the way of the agent to its server, step by step, and notes how far it comes: the server's name, a TCP
// connection, the certificate, a login. It leaves no trace that others see (xmpp/LoginProbe.h). Used once.
class ServerCheck final : public QObject
{
    Q_OBJECT

public:
    // `limit` is for each step. `clock` outlives the object.
    ServerCheck(xmpp::Account account, std::chrono::milliseconds limit, const Clock &clock, QObject *parent = nullptr);

    void start();

Q_SIGNALS:
    // Once, never from within start().
    void finished(const sgn::technician::ServerFacts &facts);

private:
    void lookUpServices();
    void lookUpAddresses(const QStringList &names);
    void named();
    void reach();
    void trust();
    void logIn();
    void end();
    // Runs `timedOut` unless the step ends before; each step has its own number.
    void beginStep(const std::function<void()> &timedOut);
    [[nodiscard]] bool endStep(int step);

    xmpp::Account m_account;
    std::chrono::milliseconds m_limit;
    const Clock &m_clock;
    ServerFacts m_facts;
    QTimer m_timer;
    int m_step = 0;
    qsizetype m_openLookups = 0;
};

} // namespace sgn::technician
