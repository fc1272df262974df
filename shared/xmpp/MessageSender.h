// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "xmpp/Keeping.h"

#include <optional>
#include <QObject>
#include <QSet>

class QXmppClient;

namespace sgn::xmpp {

// Whether `body` may be sent: ASCII, because a character split over two TCP segments arrives damaged in old clients
// that use the same library; JSON can express everything in ASCII. At most maxBodySize.
[[nodiscard]] Outcome checkBody(const QByteArray &body);

// Sends messages and tracks those that the server hasn't acknowledged yet.
class MessageSender final : public QObject
{
    Q_OBJECT

public:
    explicit MessageSender(QObject *parent);

    // `client` null: offline. Exactly one of the signals follows, from the event loop.
    quint64 send(QXmppClient *client, const QString &toBareJid, const QByteArray &body, Keeping keeping);
    // The link is lost: notSent() for all that wasn't acknowledged and may or may not have arrived.
    void lost(const Error &reason);
    // The id of send() that belongs to a stanza id, if it is one of ours.
    [[nodiscard]] std::optional<quint64> idOf(const QString &stanzaId) const;

Q_SIGNALS:
    void acknowledged(quint64 id);
    void notSent(quint64 id, const sgn::Error &reason);

private:
    void settle(quint64 id, const Outcome &outcome);

    // Random, because a sender who can guess it could report our messages as undeliverable.
    QString m_prefix;
    quint64 m_lastId = 0;
    QSet<quint64> m_inFlight;
};

} // namespace sgn::xmpp
