// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/LocalVersionQuery.h"

#include "protocol/Json.h"

#include <QHostAddress>
#include <QNetworkDatagram>
#include <QNetworkProxy>

namespace sgn::agent {

using namespace Qt::StringLiterals;

QByteArray localVersionQuery()
{
    return toAsciiJson({{"command"_L1, "version_req"_L1}});
}

Result<QList<ProcessReport>> parseLocalVersions(const QByteArray &datagram)
{
    const auto object = parseJsonObject(datagram);
    if (!object) {
        return fail(object.error());
    }
    JsonReader reader(*object);
    auto processes = readProcessReports(reader, "processes"_L1);
    if (reader.error()) {
        return fail(*reader.error());
    }
    return processes;
}

LocalVersionQuery::LocalVersionQuery(quint16 port, std::chrono::milliseconds timeLimit, QObject *parent)
    : QObject(parent)
    , m_port(port)
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this,
            [this] { end(fail(ErrorCode::Timeout, u"no watchdog replies on UDP port %1"_s.arg(m_port))); });
    connect(&m_socket, &QUdpSocket::readyRead, this, &LocalVersionQuery::read);
    connect(&m_socket, &QAbstractSocket::errorOccurred, this,
            [this] { end(fail(ErrorCode::Network, m_socket.errorString())); });
    m_limit.start(timeLimit);
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_socket.setProxy(QNetworkProxy(QNetworkProxy::NoProxy));
            m_socket.bind(QHostAddress(QHostAddress::LocalHost), 0);
            m_socket.writeDatagram(localVersionQuery(), QHostAddress(QHostAddress::LocalHost), m_port);
        },
        Qt::QueuedConnection);
}

void LocalVersionQuery::read()
{
    while (m_socket.hasPendingDatagrams()) {
        const QNetworkDatagram datagram = m_socket.receiveDatagram(maxBodySize);
        // Any local process may send here; only a reply from the queried port counts.
        if (datagram.senderPort() == m_port) {
            end(parseLocalVersions(datagram.data()));
            return;
        }
    }
}

void LocalVersionQuery::end(const Result<QList<ProcessReport>> &processes)
{
    if (std::exchange(m_ended, true)) {
        return;
    }
    m_limit.stop();
    QMetaObject::invokeMethod(
        this,
        [this, processes] {
            deleteLater();
            Q_EMIT finished(processes);
        },
        Qt::QueuedConnection);
}

} // namespace sgn::agent
