// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <QByteArray>
#include <QHash>
#include <QList>
#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>
#include <QUrl>

namespace sgn::test {

struct HttpRequest
{
    QByteArray method;
    QByteArray path;
    QHash<QByteArray, QByteArray> headers; // names in lower case
    QByteArray body;
};

// An HTTP server that sends exactly the response that the test makes, good or bad, byte for byte. One request per
// connection.
class HttpServer : public QObject
{
public:
    // Writes the response to the socket, now or later, and closes it.
    using Handler = std::function<void(const HttpRequest &request, QTcpSocket *socket)>;

    explicit HttpServer(Handler handler = {})
        : m_handler(std::move(handler))
    {
        m_server.listen(QHostAddress::LocalHost);
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *const socket = m_server.nextPendingConnection()) {
                connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
            }
        });
    }

    void setHandler(Handler handler) { m_handler = std::move(handler); }
    [[nodiscard]] QUrl url(const QString &path = QStringLiteral("/release.zip")) const
    {
        return QUrl(QStringLiteral("http://127.0.0.1:%1%2").arg(m_server.serverPort()).arg(path));
    }
    [[nodiscard]] const QList<HttpRequest> &requests() const { return m_requests; }

    // A whole response that ends with the connection.
    static void respond(QTcpSocket *socket, const QByteArray &status, const QByteArray &body,
                        const QByteArray &headers = {})
    {
        socket->write("HTTP/1.1 " + status + "\r\nContent-Length: " + QByteArray::number(body.size()) +
                      "\r\nConnection: close\r\n" + headers + "\r\n" + body);
        socket->disconnectFromHost();
    }

    // Serves `content` as a correct server would, one range and If-Range included; closes the connection after
    // `cutAfter` bytes of the body.
    static void serve(const HttpRequest &request, QTcpSocket *socket, const QByteArray &content,
                      const QByteArray &etag = "\"v1\"", qsizetype cutAfter = -1)
    {
        const QByteArray range = request.headers.value("range");
        const QByteArray ifRange = request.headers.value("if-range");
        const bool isPart = range.startsWith("bytes=") && (ifRange.isEmpty() || ifRange == etag);
        const QByteArrayList limits = range.sliced(isPart ? 6 : range.size()).split('-');
        const qsizetype from = isPart ? limits.value(0).toLongLong() : 0;
        const qsizetype last = isPart && !limits.value(1).isEmpty() ? limits.value(1).toLongLong() : content.size() - 1;
        const QByteArray body = content.sliced(from, last - from + 1);
        QByteArray head = isPart
                              ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + QByteArray::number(from) +
                                    '-' + QByteArray::number(last) + '/' + QByteArray::number(content.size()) + "\r\n"
                              : QByteArray("HTTP/1.1 200 OK\r\n");
        if (!etag.isEmpty()) {
            head += "ETag: " + etag + "\r\n";
        }
        socket->write(head + "Content-Length: " + QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" +
                      (cutAfter < 0 ? body : body.first(std::min(cutAfter, body.size()))));
        socket->disconnectFromHost();
    }

private:
    void read(QTcpSocket *socket)
    {
        QByteArray &buffer = m_buffers[socket];
        buffer += socket->readAll();
        const qsizetype end = buffer.indexOf("\r\n\r\n");
        if (end < 0) {
            return;
        }
        const QList<QByteArray> lines = buffer.first(end).split('\n');
        HttpRequest request;
        request.method = lines.first().split(' ').value(0);
        request.path = lines.first().split(' ').value(1);
        for (const QByteArray &line : lines.sliced(1)) {
            const qsizetype colon = line.indexOf(':');
            request.headers.insert(line.first(colon).toLower(), line.sliced(colon + 1).trimmed());
        }
        const qsizetype length = request.headers.value("content-length").toLongLong();
        if (buffer.size() < end + 4 + length) {
            return;
        }
        request.body = buffer.sliced(end + 4, length);
        m_buffers.remove(socket);
        m_requests += request;
        if (m_handler) {
            m_handler(request, socket);
        }
    }

    QTcpServer m_server;
    Handler m_handler;
    QHash<QTcpSocket *, QByteArray> m_buffers;
    QList<HttpRequest> m_requests;
};

} // namespace sgn::test
