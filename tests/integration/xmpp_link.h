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
        if (!m_server.listen(QHostAddress::LocalHost))
            qFatal("the link can't listen");
        connect(&m_server, &QTcpServer::newConnection, this, &Link::accept);
    }

    quint16 port() const { return m_server.serverPort(); }
    int connections() const { return m_connections; }

    // From now on nothing passes over the present connections, and neither side is told. New ones work.
    void stall()
    {
        for (QTcpSocket *socket : std::as_const(m_sockets))
            socket->disconnect();
    }
    // Both sides find the connection reset.
    void reset()
    {
        stall();
        for (QTcpSocket *socket : std::as_const(m_sockets))
            socket->abort();
    }

private:
    void accept()
    {
        while (QTcpSocket *client = m_server.nextPendingConnection()) {
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
        connect(from, &QTcpSocket::readyRead, to, [from, to] { to->write(from->readAll()); });
        connect(from, &QTcpSocket::disconnected, to, [to] { to->disconnectFromHost(); });
    }

    quint16 m_serverPort;
    QTcpServer m_server;
    QList<QTcpSocket *> m_sockets;
    int m_connections = 0;
};

} // namespace sgn::test
