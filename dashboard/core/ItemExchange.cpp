// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ItemExchange.h"

#include "xmpp/Session.h"

namespace sgn::core {

SessionItems::SessionItems(xmpp::Session &session, QObject *parent)
    : ItemExchange(parent)
    , m_session(session)
{
    connect(&session, &xmpp::Session::online, this, &ItemExchange::cameOnline);
    connect(&session.privateNodes(), &xmpp::PrivateNodes::itemPublished, this, &ItemExchange::published);
}

bool SessionItems::isOnline() const
{
    return m_session.isOnline();
}

QString SessionItems::self() const
{
    return m_session.ownJid();
}

void SessionItems::fetch(const QString &node, const QStringList &ids, xmpp::PrivateNodes::Fetched fetched)
{
    m_session.privateNodes().fetch(node, ids, std::move(fetched));
}

void SessionItems::publish(const QString &node, const xmpp::PrivateItem &item, int maxItems,
                           xmpp::PrivateNodes::Done done)
{
    m_session.privateNodes().publish(node, item, maxItems, std::move(done));
}

void SessionItems::retract(const QString &node, const QString &id)
{
    m_session.privateNodes().retract(node, id);
}

} // namespace sgn::core
