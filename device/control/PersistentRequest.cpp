// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/PersistentRequest.h"

namespace sgn::control {

using namespace Qt::StringLiterals;

PersistentRequest::PersistentRequest(WatchdogPort &watchdog, RequestBody request, std::chrono::milliseconds timeLimit,
                                     std::chrono::milliseconds pause, QObject *parent)
    : QObject(parent)
    , m_watchdog(watchdog)
    , m_request(std::move(request))
{
    m_limit.setSingleShot(true);
    m_retry.setSingleShot(true);
    m_retry.setInterval(pause);
    connect(&m_limit, &QTimer::timeout, this,
            [this] { end(fail(ErrorCode::Timeout, u"the watchdog doesn't answer"_s)); });
    connect(&m_retry, &QTimer::timeout, this, &PersistentRequest::ask);
    connect(&m_watchdog, &WatchdogPort::connected, this, &PersistentRequest::ask);
    m_limit.start(timeLimit);
    QMetaObject::invokeMethod(this, &PersistentRequest::ask, Qt::QueuedConnection);
}

void PersistentRequest::ask()
{
    if (m_asking || m_ended || !m_watchdog.isConnected()) {
        return;
    }
    m_asking = true;
    m_retry.stop();
    m_watchdog.ask(m_request, this, [this](const Result<ReplyBody> &reply) { answered(reply); });
}

void PersistentRequest::answered(const Result<ReplyBody> &reply)
{
    m_asking = false;
    if (!reply && (reply.error().code == ErrorCode::Network || reply.error().code == ErrorCode::Timeout)) {
        m_retry.start();
        return;
    }
    end(reply);
}

void PersistentRequest::end(const Result<ReplyBody> &reply)
{
    if (m_ended) {
        return;
    }
    m_ended = true;
    m_limit.stop();
    m_retry.stop();
    deleteLater();
    Q_EMIT finished(reply);
}

} // namespace sgn::control
