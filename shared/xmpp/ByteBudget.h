// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <QObject>
#include <QSslSocket>

namespace sgn::xmpp {

// Limits what a peer can make us hold in memory. The XMPP library collects input until it is complete XML, without any
// limit, and takes about sixteen times its size to parse it. This counts what the socket has received since the last
// complete XML.
class ByteBudget final : public QObject
{
    Q_OBJECT

public:
    // `limit` and `chunk` (what is read from the socket at a time) in bytes. Lives beside the socket.
    ByteBudget(QSslSocket *socket, quint64 limit, qint64 chunk, QObject *parent);

    void setLimit(quint64 limit) { m_limit = limit; }
    // Everything so far was complete.
    void settle();

Q_SIGNALS:
    void exceeded();

private:
    void check();

    QSslSocket *m_socket;
    quint64 m_limit;
    quint64 m_settled = 0;
    std::chrono::nanoseconds m_lastLook{};
};

} // namespace sgn::xmpp
