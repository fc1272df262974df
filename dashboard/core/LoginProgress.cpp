// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/LoginProgress.h"

#include "core/CatchUp.h"
#include "core/Membership.h"
#include "xmpp/Session.h"

#include <utility>

namespace sgn::core {

LoginProgress::LoginProgress(const xmpp::Session &session, const Membership &membership, const CatchUp &catchUp,
                             const Times &times, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_membership(membership)
    , m_catchUp(catchUp)
{
    for (auto [timer, time] : {std::pair(&m_quiet, times.quiet), std::pair(&m_latest, times.settle),
                               std::pair(&m_readyLimit, times.ready)}) {
        timer->setSingleShot(true);
        timer->setInterval(time);
    }
    connect(&m_quiet, &QTimer::timeout, this, &LoginProgress::onPresencesIn);
    connect(&m_latest, &QTimer::timeout, this, &LoginProgress::onPresencesIn);
    connect(&m_readyLimit, &QTimer::timeout, this, [this] {
        m_isWaitOver = true;
        becomeReady();
        maybeSettled();
    });
    // Queued, so that the clock has been set.
    connect(
        &m_session, &xmpp::Session::serverTimeKnown, this,
        [this] {
            m_isTimeKnown = true;
            maybeReady();
        },
        Qt::QueuedConnection);
    connect(&m_catchUp, &CatchUp::current, this, [this] {
        maybeReady();
        maybeSettled();
    });
}

void LoginProgress::begin()
{
    m_isTimeKnown = false;
    m_isReadyDue = true;
    m_isWaitOver = false;
    m_arePresencesIn = false;
    m_isSettled = false;
    m_latest.start();
    m_readyLimit.start();
}

void LoginProgress::end()
{
    m_quiet.stop();
    m_latest.stop();
    m_readyLimit.stop();
}

void LoginProgress::noteArrival()
{
    if (!m_arePresencesIn && m_membership.isSettled()) {
        m_quiet.start();
    }
}

LoginProgress::Awaited LoginProgress::awaited() const
{
    if (!m_session.isOnline()) {
        return Awaited::Login;
    }
    if (!m_arePresencesIn) {
        return m_membership.isSettled() ? Awaited::Presences : Awaited::Contacts;
    }
    return m_catchUp.isCurrent() || m_isWaitOver ? Awaited::Nothing : Awaited::Archive;
}

void LoginProgress::onPresencesIn()
{
    if (m_arePresencesIn || !m_session.isOnline()) {
        return;
    }
    m_quiet.stop();
    m_latest.stop();
    m_arePresencesIn = true;
    Q_EMIT presencesIn();
    maybeSettled();
}

// When a command was sent decides which archived reply can be one to it. So it is sent by the server's time, and after
// the newest replies were read.
void LoginProgress::maybeReady()
{
    if (m_isTimeKnown && m_catchUp.isCurrent()) {
        becomeReady();
    }
}

void LoginProgress::becomeReady()
{
    m_readyLimit.stop();
    if (std::exchange(m_isReadyDue, false) && m_session.isOnline()) {
        Q_EMIT readyToSend();
    }
}

void LoginProgress::maybeSettled()
{
    if (awaited() == Awaited::Nothing && !m_isSettled) {
        m_isSettled = true;
        Q_EMIT settled();
    }
}

} // namespace sgn::core
