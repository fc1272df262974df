// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

namespace sgn::test {

// Passes bytes on between `client` and a port of this machine, until one of both closes.
inline void relay(QTcpSocket *client, quint16 port)
{
    auto *const server = new QTcpSocket(client);
    server->connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    const auto pump = [client, server] {
        if (server->state() == QAbstractSocket::ConnectedState && client->isOpen()) {
            server->write(client->readAll());
            client->write(server->readAll());
        }
    };
    QObject::connect(client, &QTcpSocket::readyRead, server, pump);
    QObject::connect(server, &QTcpSocket::connected, client, pump);
    QObject::connect(server, &QTcpSocket::readyRead, client, pump);
    QObject::connect(client, &QTcpSocket::disconnected, server, &QTcpSocket::disconnectFromHost);
    QObject::connect(server, &QTcpSocket::disconnected, client, &QTcpSocket::disconnectFromHost);
    pump();
}

// An HTTP proxy that connects, whatever the name, to this machine: to the port of `ports`, else to the one that is
// named.
class HttpProxy : public QObject
{
public:
    HttpProxy()
    {
        if (!m_server.listen(QHostAddress::LocalHost)) {
            qFatal("the proxy can't listen");
        }
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *const client = m_server.nextPendingConnection()) {
                connect(client, &QTcpSocket::readyRead, this, [this, client] { answer(client); });
            }
        });
    }

    // `user`: "name:password@" or nothing.
    [[nodiscard]] QUrl url(const QString &user = {}) const
    {
        return QUrl(QStringLiteral("http://") + user + QStringLiteral("127.0.0.1:") +
                    QString::number(m_server.serverPort()));
    }

    QHash<QString, quint16> ports;
    QByteArray reply = "HTTP/1.1 200 Connection established\r\n\r\n"; // to CONNECT; empty: silence
    bool isEndless = false;   // sends bytes behind the reply as long as they are taken
    QByteArray authorization; // that it wants
    QByteArrayList requests;  // their first lines

private:
    void answer(QTcpSocket *client)
    {
        const QByteArray head = client->peek(client->bytesAvailable());
        if (!head.contains("\r\n\r\n")) {
            return;
        }
        client->disconnect(this);
        requests += head.first(head.indexOf("\r\n"));
        const QByteArrayList words = requests.last().split(' ');
        const bool isTunnel = words.first() == "CONNECT";
        const QUrl target(QString::fromLatin1((isTunnel ? "http://" : "") + words.value(1)));
        const quint16 port = ports.value(target.host(), static_cast<quint16>(target.port(80)));
        if (isTunnel) {
            client->readAll();
            if (!authorization.isEmpty() && !head.contains("Proxy-Authorization: " + authorization)) {
                client->write("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                              "Content-Length: 0\r\n\r\n");
                client->disconnectFromHost();
                return;
            }
            client->write(reply);
            if (isEndless) {
                connect(client, &QTcpSocket::bytesWritten, client, [client] {
                    if (client->bytesToWrite() < 1024 * 1024) {
                        client->write(QByteArray(1024 * 1024, 'x'));
                    }
                });
                return;
            }
            if (!reply.contains(" 200 ") && !reply.isEmpty()) {
                client->disconnectFromHost();
                return;
            }
        }
        if (!isTunnel || !reply.isEmpty()) {
            relay(client, port);
        }
    }

    QTcpServer m_server;
};

} // namespace sgn::test
