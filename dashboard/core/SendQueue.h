// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/CommandOutlet.h"
#include "xmpp/Session.h"

#include <deque>
#include <QHash>
#include <QObject>

namespace sgn::core {

// Gives messages to the server as fast as it acknowledges them and no faster, so that asking 100,000 devices neither
// fills the memory of the server nor delays what an operator does next: urgent messages go first.
class SendQueue : public QObject, public CommandOutlet
{
    Q_OBJECT

public:
    static constexpr int window = 256; // messages on their way

    // `session` outlives the queue.
    explicit SendQueue(xmpp::Session &session, QObject *parent = nullptr);

    void send(const QString &toBareJid, const QByteArray &body, Priority priority, Settled settled,
              xmpp::Keeping keeping) override;
    // Forgets what waits; each is settled as NotSent.
    void clear();

private:
    struct Item
    {
        QString to;
        QByteArray body;
        Settled settled;
        xmpp::Keeping keeping;
    };

    void pump();
    void settle(quint64 id, Fate fate, const Error &reason);

    xmpp::Session &m_session;
    std::deque<Item> m_urgent;
    std::deque<Item> m_ordinary;
    QHash<quint64, Settled> m_onTheWay;
    // The last acknowledged ones, because the server may still send them back.
    QHash<quint64, Settled> m_acknowledged;
    std::deque<quint64> m_acknowledgedOrder;
};

} // namespace sgn::core
