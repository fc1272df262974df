// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/MessageSender.h"

#include "xmpp/IncomingMessage.h"
#include "xmpp/Jid.h"

#include <algorithm>
#include <QPointer>
#include <QRandomGenerator>
#include <QXmppClient.h>
#include <QXmppMessage.h>
#include <QXmppTask.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

Outcome checkBody(const QByteArray &body)
{
    if (body.isEmpty()) {
        return fail(ErrorCode::BadRequest, u"an empty message"_s);
    }
    if (body.size() > maxBodySize) {
        return fail(ErrorCode::TooLarge,
                    u"a message of %1 bytes, over the limit of %2"_s.arg(body.size()).arg(maxBodySize));
    }
    const bool plain = std::all_of(body.begin(), body.end(), [](char c) {
        return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
    });
    if (!plain) {
        return fail(ErrorCode::BadRequest, u"a message with characters outside printable ASCII"_s);
    }
    return {};
}

MessageSender::MessageSender(QObject *parent)
    : QObject(parent)
    , m_prefix(u"sgn-%1-"_s.arg(QRandomGenerator::system()->generate64(), 16, 16, QChar(u'0')))
{}

quint64 MessageSender::send(QXmppClient *client, const QString &toBareJid, const QByteArray &body, Keeping keeping)
{
    const quint64 id = ++m_lastId;
    m_inFlight.insert(id);
    const auto settleLater = [this, id](const Outcome &outcome) {
        QMetaObject::invokeMethod(
            this, [this, id, outcome] { settle(id, outcome); }, Qt::QueuedConnection);
    };
    if (const Outcome fit = checkBody(body); !fit) {
        settleLater(fit);
        return id;
    }
    if (!isBareAccountJid(toBareJid)) {
        settleLater(fail(ErrorCode::BadRequest, u"not a JID to send to: %1"_s.arg(toBareJid.left(100))));
        return id;
    }
    if (!client) {
        settleLater(fail(ErrorCode::Network, u"not connected to the server"_s));
        return id;
    }
    QXmppMessage message({}, toBareJid, QString::fromLatin1(body));
    message.setId(m_prefix + QString::number(id));
    message.setType(QXmppMessage::Chat);
    if (keeping == Keeping::DeliverOnly) {
        message.addHint(QXmppMessage::NoStore);
    }
    client->send(std::move(message)).then(this, [settleLater](QXmpp::SendResult result) {
        if (const auto *error = std::get_if<QXmppError>(&result)) {
            settleLater(fail(ErrorCode::Network, error->description));
        } else {
            settleLater({});
        }
    });
    return id;
}

void MessageSender::lost(const Error &reason)
{
    const QPointer<MessageSender> self = this;
    // In the order in which they were sent; a receiver of the signal may send again or destroy the session.
    QList<quint64> ids(m_inFlight.begin(), m_inFlight.end());
    std::sort(ids.begin(), ids.end());
    for (const quint64 id : ids) {
        if (self) {
            settle(id, tl::unexpected(reason));
        }
    }
}

std::optional<quint64> MessageSender::idOf(const QString &stanzaId) const
{
    if (!stanzaId.startsWith(m_prefix)) {
        return std::nullopt;
    }
    bool ok = false;
    const quint64 id = QStringView(stanzaId).sliced(m_prefix.size()).toULongLong(&ok);
    return ok && id > 0 && id <= m_lastId ? std::optional(id) : std::nullopt;
}

void MessageSender::settle(quint64 id, const Outcome &outcome)
{
    if (!m_inFlight.remove(id)) {
        return;
    }
    if (outcome) {
        Q_EMIT acknowledged(id);
    } else {
        Q_EMIT notSent(id, outcome.error());
    }
}

} // namespace sgn::xmpp
