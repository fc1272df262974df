// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "xmpp/Account.h"

#include <chrono>
#include <memory>
#include <optional>
#include <QObject>
#include <QTimer>

namespace sgn::xmpp {

class Connection;

// Finds out whether an account can log in, without a trace for others: under a resource of its own, so that no session
// of the account is replaced, and without presence, so that no contact sees it and no message is delivered to it. Used
// once.
class LoginProbe final : public QObject
{
    Q_OBJECT

public:
    struct Login
    {
        // Server's clock minus ours (XEP-0202); empty where the server doesn't reply in time.
        std::optional<std::chrono::milliseconds> serverTime;

        friend bool operator==(const Login &, const Login &) = default;
    };

    // The account's resource is replaced by `resource`. `clock` outlives the object.
    LoginProbe(Account account, const QString &resource, std::chrono::milliseconds limit, const Clock &clock,
               QObject *parent = nullptr);
    ~LoginProbe() override;

    void start();

Q_SIGNALS:
    // Once, never from within start(). Authentication: the server refuses the account; else as Session::offline().
    void finished(const sgn::Result<sgn::xmpp::LoginProbe::Login> &login);

private:
    void onEstablished();
    void end(const Result<Login> &login);

    Account m_account;
    const Clock &m_clock;
    std::chrono::milliseconds m_limit;
    QTimer m_timeLimit; // for the server's time
    std::unique_ptr<Connection> m_connection;
    bool m_ended = false;
};

} // namespace sgn::xmpp
