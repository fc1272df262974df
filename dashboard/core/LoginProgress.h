// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <QObject>
#include <QTimer>

namespace sgn::xmpp {
class Session;
}

namespace sgn::core {

class CatchUp;
class Membership;

// How far a session is after its login. Two things wait for what the server sends then: the fleet is settled when the
// contacts, the first presences and the newest of the archive are in, and commands are sent when the server's time and
// the newest of the archive are known. What may never come is waited for so long only.
class LoginProgress : public QObject
{
    Q_OBJECT

public:
    struct Times
    {
        // No presence for so long after the contacts, and the first ones are in; at the latest after the second.
        std::chrono::milliseconds quiet{};
        std::chrono::milliseconds settle{};
        // The server's time and the newest of the archive are waited for so long.
        std::chrono::milliseconds ready{};
    };

    // What isSettled() waits for.
    enum class Awaited { Nothing, Login, Contacts, Presences, Archive };

    // All outlive this.
    LoginProgress(const xmpp::Session &session, const Membership &membership, const CatchUp &catchUp,
                  const Times &times, QObject *parent = nullptr);

    // At each login, and at the end of its session.
    void begin();
    void end();
    // A presence, or the contacts.
    void noteArrival();

    [[nodiscard]] bool arePresencesIn() const { return m_arePresencesIn; }
    [[nodiscard]] bool isSettled() const { return m_isSettled; }
    [[nodiscard]] Awaited awaited() const;

Q_SIGNALS:
    // Each once per login.
    void presencesIn();
    void readyToSend();
    void settled();

private:
    void onPresencesIn();
    void maybeReady();
    void becomeReady();
    void maybeSettled();

    const xmpp::Session &m_session;
    const Membership &m_membership;
    const CatchUp &m_catchUp;
    QTimer m_quiet;
    QTimer m_latest;
    QTimer m_readyLimit;
    bool m_isTimeKnown = false;
    bool m_isReadyDue = false;
    bool m_isWaitOver = false;
    bool m_arePresencesIn = false;
    bool m_isSettled = false;
};

} // namespace sgn::core
