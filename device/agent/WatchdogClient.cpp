// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/WatchdogClient.h"

#include "agent/Logging.h"
#include "protocol/Json.h"

#include <utility>

namespace sgn::agent {

using namespace Qt::StringLiterals;

WatchdogClient::WatchdogClient(QString socketPath, control::Hello hello, Limits limits, QObject *parent)
    : control::WatchdogPort(parent)
    , m_socketPath(std::move(socketPath))
    , m_hello(hello)
    , m_limits(limits)
    , m_pause(limits.firstPause, limits.longestPause)
{
    m_reconnect.setSingleShot(true);
    connect(&m_reconnect, &QTimer::timeout, this, [this] { m_socket.connectToServer(m_socketPath); });
    connect(&m_socket, &QLocalSocket::connected, this, &WatchdogClient::sendHello);
    connect(&m_socket, &QLocalSocket::disconnected, this, &WatchdogClient::lost);
    // Queued, because Qt reports a refused connection while its state is still "connecting", and never leaves that
    // state by itself.
    connect(
        &m_socket, &QLocalSocket::errorOccurred, this,
        [this] {
            // disconnected() reports the end of an established connection.
            if (m_socket.state() == QLocalSocket::ConnectedState || m_reconnect.isActive()) {
                return;
            }
            m_socket.abort();
            // Unless that has ended a connection, which disconnected() has reported.
            if (!m_reconnect.isActive()) {
                lost();
            }
        },
        Qt::QueuedConnection);
    connect(&m_socket, &QLocalSocket::readyRead, this, &WatchdogClient::readLines);
}

WatchdogClient::~WatchdogClient()
{
    m_socket.disconnect(this);
}

void WatchdogClient::start()
{
    m_reconnect.start(0);
}

void WatchdogClient::setOnline(bool online)
{
    if (m_link && m_link->isOnline == online) {
        return;
    }
    m_link = control::AgentLink{online, QDateTime::currentDateTimeUtc(), {}};
    sendLink();
}

void WatchdogClient::setOfflineReason(const QString &reason)
{
    if (m_link && !m_link->isOnline && m_link->reason != reason) {
        m_link->reason = reason;
        sendLink();
    }
}

void WatchdogClient::sendHello()
{
    write(m_hello, this, [this](const Result<control::ReplyBody> &reply) {
        const auto hello = control::replyAs<control::HelloReply>(reply);
        if (!hello) {
            qCWarning(lcAgent) << "the watchdog refuses this agent:" << hello.error();
            m_socket.abort();
            return;
        }
        m_pause.reset();
        m_absenceLogged = false;
        m_watchdogVersion = hello->watchdogVersion;
        qCInfo(lcAgent) << "connected to watchdog version" << hello->watchdogVersion;
        sendLink();
        Q_EMIT connected();
    });
}

void WatchdogClient::sendLink()
{
    if (!m_link || !isConnected()) {
        return;
    }
    if (m_link->isOnline) {
        write(control::Online{m_link->since}, this, [](const auto &) {});
    } else {
        write(control::Offline{m_link->since, m_link->reason}, this, [](const auto &) {});
    }
}

void WatchdogClient::lost()
{
    const bool wasConnected = std::exchange(m_watchdogVersion, std::nullopt).has_value();
    if (!std::exchange(m_absenceLogged, true)) {
        qCWarning(lcAgent).noquote() << "no watchdog on" << m_socketPath << "-" << m_socket.errorString();
    }
    const auto waiting = m_waiting.keys();
    for (const control::RequestId id : waiting) {
        settle(id, fail(ErrorCode::Network, u"the watchdog isn't connected"_s));
    }
    if (wasConnected) {
        Q_EMIT disconnected();
    }
    m_reconnect.start(m_pause.next());
}

void WatchdogClient::ask(const control::RequestBody &request, QObject *context, Answer answer)
{
    if (isConnected()) {
        write(request, context, std::move(answer));
        return;
    }
    QMetaObject::invokeMethod(
        context, [answer = std::move(answer)] { answer(fail(ErrorCode::Network, u"the watchdog isn't connected"_s)); },
        Qt::QueuedConnection);
}

control::RequestId WatchdogClient::write(const control::RequestBody &request, QObject *context, Answer answer)
{
    const control::RequestId id = ++m_lastId;
    m_waiting.insert(id, {context, std::move(answer)});
    QTimer::singleShot(m_limits.answer, this,
                       [this, id] { settle(id, fail(ErrorCode::Timeout, u"the watchdog doesn't reply"_s)); });
    m_socket.write(control::encode(control::Request{id, request}));
    return id;
}

void WatchdogClient::readLines()
{
    while (m_socket.canReadLine()) {
        readLine(m_socket.readLine().chopped(1));
    }
    if (m_socket.bytesAvailable() > maxBodySize) {
        qCWarning(lcAgent) << "the watchdog sends a line without end";
        m_socket.abort();
    }
}

void WatchdogClient::readLine(const QByteArray &line)
{
    const auto parsed = control::parseWatchdogLine(line);
    if (!parsed) {
        qCWarning(lcAgent) << "a line from the watchdog can't be read:" << parsed.error();
        return;
    }
    if (const auto *const reply = std::get_if<control::Reply>(&*parsed)) {
        settle(reply->id, reply->body);
    } else {
        Q_EMIT eventReceived(std::get<control::Event>(*parsed));
    }
}

void WatchdogClient::settle(control::RequestId id, const Result<control::ReplyBody> &reply)
{
    const auto it = m_waiting.find(id);
    if (it == m_waiting.end()) {
        return; // answered, or given up already
    }
    // Removed first: the answer may send another request.
    const Waiting waiting = std::move(it.value());
    m_waiting.erase(it);
    if (waiting.context) {
        waiting.answer(reply);
    }
}

} // namespace sgn::agent
