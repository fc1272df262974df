// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

namespace sgn::test {

// A wire to a server that can be cut: silently, as when a modem loses its network, or with a reset.
class Link : public QObject
{
    Q_OBJECT

public:
    explicit Link(quint16 serverPort)
        : m_serverPort(serverPort)
    {
        if (!m_server.listen(QHostAddress::LocalHost)) {
            qFatal("the link can't listen");
        }
        connect(&m_server, &QTcpServer::newConnection, this, &Link::accept);
    }

    quint16 port() const { return m_server.serverPort(); }
    int connections() const { return m_connections; }

    // From now on nothing passes over the present connections, and neither side is notified. New ones work.
    void stall()
    {
        for (QTcpSocket *socket : std::as_const(m_sockets)) {
            socket->disconnect();
        }
    }
    // As when a cable is pulled: nothing passes, new connections come to nothing, until join() plugs it in again.
    // Then TCP brings what was sent meanwhile.
    void part() { m_isParted = true; }
    void join()
    {
        m_isParted = false;
        accept();
        Q_EMIT joined();
    }
    // Both sides find the connection reset.
    void reset()
    {
        stall();
        for (QTcpSocket *socket : std::as_const(m_sockets)) {
            socket->abort();
        }
    }

Q_SIGNALS:
    void joined();

private:
    void accept()
    {
        while (QTcpSocket *client = m_isParted ? nullptr : m_server.nextPendingConnection()) {
            ++m_connections;
            auto *server = new QTcpSocket(this);
            server->connectToHost(QHostAddress(QHostAddress::LocalHost), m_serverPort);
            pass(client, server);
            pass(server, client);
            m_sockets << client << server;
        }
    }

    void pass(QTcpSocket *from, QTcpSocket *to)
    {
        const auto pump = [this, from, to] {
            if (m_isParted) {
                return;
            }
            if (from->isOpen() && to->isOpen()) {
                to->write(from->readAll());
            }
            if (from->state() == QAbstractSocket::UnconnectedState) {
                to->disconnectFromHost();
            }
        };
        connect(from, &QTcpSocket::readyRead, to, pump);
        connect(from, &QTcpSocket::disconnected, to, pump);
        connect(this, &Link::joined, to, pump);
    }

    quint16 m_serverPort;
    QTcpServer m_server;
    QList<QTcpSocket *> m_sockets;
    int m_connections = 0;
    bool m_isParted = false;
};

} // namespace sgn::test
