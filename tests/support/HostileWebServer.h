// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <QList>
#include <QPointer>
#include <QSslConfiguration>
#include <QSslServer>
#include <QSslSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>
#include <QUrl>

namespace sgn::test {

// What a web server sends that is up to no good: `begin` once, then `again` until `bytes` are sent or the client
// closes.
struct WebAttack
{
    const char *name = "";
    QByteArray begin;
    QByteArray again = {};
    qint64 bytes = qint64{24} * 1024 * 1024;
    bool readsBody = true; // else it begins to send as soon as there is a connection, and reads nothing
};

inline QList<WebAttack> webAttacks()
{
    const QByteArray ok = "HTTP/1.1 200 OK\r\n";
    const QByteArray chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
    const QByteArray x(16 * 1024, 'x');
    const auto many = [](const QByteArray &line) {
        return line.repeated(1 + 16 * 1024 / line.size());
    };
    return {
        {"a header line without an end", ok + "X: ", x},
        {"header lines without an end", ok, many("X-Header: some value\r\n")},
        {"one header again and again", ok, many("Set-Cookie: a=b\r\n")},
        {"a folded header without an end", ok + "X: a\r\n", many(" b\r\n")},
        {"a status line without an end", "HTTP/1.1 200 ", x},
        {"interim responses without an end", {}, many("HTTP/1.1 100 Continue\r\n\r\n")},
        {"interim responses of an own kind", {}, many("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")},
        {"a chunk size without an end", chunked, many("0")},
        {"a chunk size of many digits", chunked, many("f")},
        {"a chunk extension without an end", chunked + "5;a=", x},
        {"a trailer line without an end", chunked + "0\r\nX: ", x},
        {"trailer lines without an end", chunked + "0\r\n", many("X-Trailer: some value\r\n")},
        {"chunks without an end", chunked, many("10\r\n0123456789abcdef\r\n")},
        {"empty lines for a response", {}, many("\r\n")},
        {"a body without an end", ok + "\r\n", x},
        {"a body longer than stated", ok + "Content-Length: 1000\r\n\r\n", x},
        {"a body shorter than stated", ok + "Content-Length: 1000000000000\r\n\r\n", x, 100'000},
        {"a negative length", ok + "Content-Length: -1\r\n\r\n", x},
        {"a length beyond 64 bits", ok + "Content-Length: 99999999999999999999999\r\n\r\n", x},
        {"two lengths", ok + "Content-Length: 5\r\nContent-Length: 500000000\r\n\r\n", x},
        {"no HTTP at all", {}, x},
        {"HTTP/0.9", "<html>", x},
        {"silence", {}, {}, 0},
        {"half a head, then silence", ok + "X-Hea", {}, 0},
        {"a redirect of 60 KB", "HTTP/1.1 302 Found\r\nLocation: /" + QByteArray(60'000, 'a') + "\r\n\r\n", {}, 0},
        {"a redirect with a head without an end", "HTTP/1.1 302 Found\r\nLocation: /a\r\n", many("X: y\r\n")},
        {"a compressed body", ok + "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08", x},
        {"a part that wasn't requested",
         "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 7-9999999/10000000\r\nETag: \"a\"\r\n\r\n", x},
        {"an error page without an end", "HTTP/1.1 404 Not Found\r\n\r\n", x},
        {"a refusal before the request is read", "HTTP/1.1 413 Too Large\r\n\r\n", x, qint64{24} * 1024 * 1024, false},
    };
}

// Sends an attack on each of the first connections, then answers 404.
class HostileWebServer : public QObject
{
public:
    // No bytes for so long end a connection.
    static constexpr std::chrono::milliseconds silence{1'000};

    explicit HostileWebServer(WebAttack attack, int attacks = 1, const QSslConfiguration &tls = {})
        : m_attack(std::move(attack))
        , m_attacks(attacks)
        , m_isTls(!tls.localCertificate().isNull())
    {
        if (m_isTls) {
            auto *const server = new QSslServer(this);
            server->setSslConfiguration(tls);
            m_server = server;
        } else {
            m_server = new QTcpServer(this);
        }
        if (!m_server->listen(QHostAddress::LocalHost)) {
            qFatal("the hostile server can't listen");
        }
        connect(m_server, &QTcpServer::pendingConnectionAvailable, this, [this] {
            while (QTcpSocket *const socket = m_server->nextPendingConnection()) {
                accept(socket);
            }
        });
    }

    [[nodiscard]] QUrl url(const QString &path = QStringLiteral("/file.zip")) const
    {
        return QUrl(QStringLiteral("%1://127.0.0.1:%2%3")
                        .arg(m_isTls ? QStringLiteral("https") : QStringLiteral("http"))
                        .arg(m_server->serverPort())
                        .arg(path));
    }
    [[nodiscard]] qint64 sent() const { return m_sent; }
    [[nodiscard]] int connections() const { return m_connections; }

private:
    void accept(QTcpSocket *socket)
    {
        const bool attacks = ++m_connections <= m_attacks;
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        auto *const end = new QTimer(socket);
        end->setSingleShot(true);
        connect(end, &QTimer::timeout, socket, &QTcpSocket::abort);
        end->start(silence);
        const auto begin = [this, socket, end, attacks, begun = std::make_shared<bool>(false)] {
            end->start();
            if (m_attack.readsBody) {
                socket->readAll();
            }
            if (std::exchange(*begun, true)) {
                return;
            }
            if (attacks) {
                socket->write(m_attack.begin);
                pump(socket, end);
            } else {
                socket->write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                socket->disconnectFromHost();
            }
        };
        connect(socket, &QTcpSocket::readyRead, socket, begin);
        if (socket->bytesAvailable() > 0 || !m_attack.readsBody) {
            QMetaObject::invokeMethod(socket, begin, Qt::QueuedConnection);
        }
    }

    void pump(QTcpSocket *socket, QTimer *end)
    {
        const qint64 limit = m_sent + m_attack.bytes;
        // Much at a time, because a test's loop sleeps between two.
        const auto more = [this, socket, end, limit] {
            constexpr qint64 much = qint64{1024} * 1024;
            end->start();
            const auto *const tls = qobject_cast<QSslSocket *>(socket);
            while (!m_attack.again.isEmpty() && m_sent < limit &&
                   socket->bytesToWrite() + (tls ? tls->encryptedBytesToWrite() : 0) < much) {
                m_sent += m_attack.again.size();
                socket->write(m_attack.again);
            }
            if (!m_attack.again.isEmpty() && m_sent >= limit) {
                socket->disconnectFromHost();
            }
        };
        connect(socket, &QTcpSocket::bytesWritten, socket, more);
        if (m_isTls) {
            connect(qobject_cast<QSslSocket *>(socket), &QSslSocket::encryptedBytesWritten, socket, more,
                    Qt::QueuedConnection);
        }
        more();
    }

    QTcpServer *m_server;
    WebAttack m_attack;
    int m_attacks;
    bool m_isTls;
    int m_connections = 0;
    qint64 m_sent = 0;
};

} // namespace sgn::test
