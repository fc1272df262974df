// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Contacts.h"

#include "xmpp/Dom.h"
#include "xmpp/Jid.h"
#include "xmpp/Namespaces.h"
#include "xmpp/XmlIq.h"

#include <QXmppClient.h>
#include <QXmppPresence.h>
#include <QXmppTask.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

// An item that is no contact: neither sees the other or has been requested to let it, and no client has given it a name
// or a group. Prosody makes one of a request for a subscription, as a pre-approval (RFC 6121 section 3.4), when the
// other one is in a public group; another way is a contact that has ended both subscriptions.
bool isOnlyRequest(const QDomElement &item)
{
    return item.attribute(u"subscription"_s) == u"none" && item.attribute(u"ask"_s).isEmpty() &&
           item.attribute(u"name"_s).isEmpty() && item.firstChildElement(u"group"_s).isNull();
}

// So often in a session, whatever the server sends.
constexpr int mostShownAgain = 5;

// Text of others, for a cell of a table.
constexpr qsizetype maxText = 200;
constexpr qsizetype maxGroups = 64;

Contact contactOf(const QDomElement &item)
{
    Contact contact{bareJid(item.attribute(u"jid"_s)), item.attribute(u"name"_s).simplified().left(maxText), {}};
    for (QDomElement group = item.firstChildElement(u"group"_s); !group.isNull() && contact.groups.size() < maxGroups;
         group = group.nextSiblingElement(u"group"_s)) {
        if (const QString name = plainText(group).simplified().left(maxText); !name.isEmpty()) {
            contact.groups += name;
        }
    }
    // Prosody's shared groups know no direction, so each device has one of its own with the panels in it
    // (deploy/prosody), of its own name. That is no tag of an operator.
    contact.groups.removeAll(localPartOf(contact.jid));
    contact.groups.sort();
    contact.groups.removeDuplicates();
    return contact;
}

void writeItem(QXmlStreamWriter &xml, const Contact &contact)
{
    xml.writeStartElement(u"query"_s);
    xml.writeDefaultNamespace(ns::roster.toString());
    xml.writeStartElement(u"item"_s);
    xml.writeAttribute(u"jid"_s, contact.jid);
    if (!contact.name.isEmpty()) {
        xml.writeAttribute(u"name"_s, contact.name);
    }
    for (const QString &group : contact.groups) {
        xml.writeTextElement(u"group"_s, group);
    }
    xml.writeEndElement();
    xml.writeEndElement();
}

void sendPresence(QXmppClient *client, QXmppPresence::Type type, const QString &to)
{
    QXmppPresence presence(type);
    presence.setTo(to);
    client->sendPacket(presence);
}

} // namespace

Contacts::Contacts(const SessionOptions &options, QObject *parent)
    : QObject(parent)
    , m_options(options)
{}

void Contacts::setTrustedPeers(const QStringList &bareJids)
{
    QSet<QString> trusted;
    for (const QString &jid : bareJids) {
        trusted.insert(bareJid(jid));
    }
    const QSet<QString> added = trusted - m_trusted;
    m_trusted = trusted;
    if (m_client && m_options.role == Role::Device) {
        for (const QString &jid : added) {
            introduceTo(jid);
        }
    }
}

void Contacts::requestSubscription(const QString &jid)
{
    const QString bare = bareJid(jid);
    if (!m_client) {
        m_toAsk.insert(bare);
        return;
    }
    m_toAsk.remove(bare);
    m_asked.insert(bare);
    sendPresence(m_client, QXmppPresence::Subscribe, bare);
}

void Contacts::online(QXmppClient *client)
{
    m_client = client;
    m_shownAgain = 0;
    // The server may have lost what was agreed before. Where it has not, it answers itself (RFC 6121 section 3.1.3).
    m_asked.clear();
    if (m_options.role == Role::Panel) {
        requestRoster();
    } else {
        for (const QString &jid : std::as_const(m_trusted)) {
            introduceTo(jid);
        }
    }
    const QSet<QString> waiting = m_toAsk;
    for (const QString &jid : waiting) {
        requestSubscription(jid);
    }
}

void Contacts::offline()
{
    m_client = nullptr;
    m_roster.clear();
    m_onlyRequests.clear();
}

void Contacts::introduceTo(const QString &jid)
{
    // Seen at once, even by a panel that hasn't agreed to the subscription yet; the server withdraws it when the
    // session ends.
    sendPresence(m_client, QXmppPresence::Available, jid);
    if (!m_asked.contains(jid)) {
        requestSubscription(jid);
    }
}

void Contacts::readPresence(const QDomElement &stanza)
{
    const QString from = stanza.attribute(u"from"_s);
    const QString bare = bareJid(from);
    const QString type = stanza.attribute(u"type"_s);
    if (m_client && type == u"unavailable" && from == m_client->configuration().jid()) {
        return showAgain();
    }
    if (bare.isEmpty() || bare == m_ownBareJid) {
        return;
    }
    // In a shared group the server shows a device all the others, which are of no interest to it.
    if (m_options.role == Role::Device && !m_trusted.contains(bare)) {
        return;
    }
    if (type.isEmpty()) {
        Q_EMIT presenceChanged(bare, true, resourceOf(from));
    } else if (type == u"unavailable") {
        Q_EMIT presenceChanged(bare, false, resourceOf(from));
    } else if (type == u"subscribe" && m_trusted.contains(bare)) {
        acceptSubscription(bare);
    } else if (type == u"subscribe" && isBareAccountJid(bare)) {
        Q_EMIT subscriptionRequested(bare);
    }
}

// Where a session takes the place of a cut one with the same resource, ejabberd may show the end of the cut one after
// the beginning of ours; to all contacts, we would be offline from then on.
void Contacts::showAgain()
{
    if (m_shownAgain == mostShownAgain) {
        return;
    }
    ++m_shownAgain;
    Q_EMIT presenceLost();
    if (m_client && m_options.role == Role::Device) {
        for (const QString &jid : std::as_const(m_trusted)) {
            introduceTo(jid);
        }
    }
}

void Contacts::acceptSubscription(const QString &jid)
{
    if (!m_client) {
        return;
    }
    sendPresence(m_client, QXmppPresence::Subscribed, jid);
    const Sees sees = m_roster.value(jid, Sees::Nobody);
    if (sees != Sees::We && sees != Sees::Both && !m_asked.contains(jid)) {
        requestSubscription(jid);
    }
}

void Contacts::refuseSubscription(const QString &jid)
{
    if (m_onlyRequests.remove(jid)) {
        remove(jid);
    } else if (m_client) {
        sendPresence(m_client, QXmppPresence::Unsubscribed, jid);
    }
}

void Contacts::remove(const QString &jid)
{
    m_toAsk.remove(jid);
    m_asked.remove(jid);
    if (!m_client) {
        return;
    }
    // RFC 6121 section 2.5. The reply needs no look: what has happened comes as a push.
    m_client->sendIq(XmlIq(QXmppIq::Set, {}, [jid](QXmlStreamWriter &xml) {
        xml.writeStartElement(u"query"_s);
        xml.writeDefaultNamespace(ns::roster.toString());
        xml.writeEmptyElement(u"item"_s);
        xml.writeAttribute(u"jid"_s, jid);
        xml.writeAttribute(u"subscription"_s, u"remove"_s);
        xml.writeEndElement();
    }));
}

// RFC 6121 section 2.3: the whole item each time.
void Contacts::set(const Contact &contact, std::function<void(const Outcome &)> done)
{
    if (!m_client) {
        QMetaObject::invokeMethod(
            this, [done = std::move(done)] { done(fail(ErrorCode::Network, u"not connected to the server"_s)); },
            Qt::QueuedConnection);
        return;
    }
    m_client->sendIq(XmlIq(QXmppIq::Set, {}, [contact](QXmlStreamWriter &xml) { writeItem(xml, contact); }))
        .then(this, [this, contact, done = std::move(done)](QXmppClient::IqResult &&result) {
            if (const auto *error = std::get_if<QXmppError>(&result)) {
                return done(fail(ErrorCode::Refused, u"the server refuses it: "_s + error->description.left(200)));
            }
            // The push may come after the reply.
            if (!m_roster.contains(contact.jid)) {
                m_roster.insert(contact.jid, Sees::Nobody);
            }
            Q_EMIT contactChanged(contact);
            done({});
        });
}

// RFC 6121 section 2.1.2.5.
Contacts::Sees Contacts::seenBy(const QString &subscription)
{
    if (subscription == u"both") {
        return Sees::Both;
    }
    return subscription == u"to" ? Sees::We : subscription == u"from" ? Sees::They : Sees::Nobody;
}

void Contacts::requestRoster()
{
    m_client->sendIq(XmlIq::query({}, u"query", ns::roster)).then(this, [this](QXmppClient::IqResult &&result) {
        const auto *answer = std::get_if<QDomElement>(&result);
        if (!answer) {
            return;
        }
        m_roster.clear();
        m_onlyRequests.clear();
        QList<Contact> contacts;
        const QDomElement query = child(*answer, u"query", ns::roster);
        for (QDomElement item = query.firstChildElement(u"item"_s); !item.isNull();
             item = item.nextSiblingElement(u"item"_s)) {
            const QString jid = bareJid(item.attribute(u"jid"_s));
            if (isBareAccountJid(jid) && isOnlyRequest(item)) {
                m_onlyRequests.insert(jid);
            } else if (isBareAccountJid(jid)) {
                m_roster.insert(jid, seenBy(item.attribute(u"subscription"_s)));
                contacts += contactOf(item);
            }
        }
        for (const QString &jid : QSet<QString>(m_onlyRequests)) {
            Q_EMIT subscriptionRequested(jid);
        }
        Q_EMIT rosterReceived(contacts);
    });
}

void Contacts::readRosterPush(const QDomElement &stanza)
{
    // RFC 6121 section 2.1.6: only the server may change the roster. It sends as the bare account or without a sender;
    // a full JID, even one of our own, is another client.
    const QString from = stanza.attribute(u"from"_s);
    if (!from.isEmpty() && (from.contains(u'/') || bareJid(from) != m_ownBareJid)) {
        Q_EMIT suspicious(u"a change of the roster by "_s + from.left(200));
        return;
    }
    if (!m_client || m_options.role != Role::Panel || stanza.attribute(u"type"_s) != u"set") {
        return;
    }
    QXmppIq acknowledgement(QXmppIq::Result);
    acknowledgement.setId(stanza.attribute(u"id"_s));
    m_client->sendPacket(acknowledgement);
    // RFC 6121 section 2.1.6: exactly one item.
    const QDomElement item = child(stanza, u"query", ns::roster).firstChildElement(u"item"_s);
    const QString jid = bareJid(item.attribute(u"jid"_s));
    if (!isBareAccountJid(jid)) {
        return;
    }
    if (m_roster.contains(jid) || !isOnlyRequest(item)) {
        updateContact(contactOf(item), item.attribute(u"subscription"_s));
    } else if (!m_asked.contains(jid)) { // else it is our own acceptance on its way
        m_onlyRequests.insert(jid);
        Q_EMIT subscriptionRequested(jid);
    }
}

void Contacts::updateContact(const Contact &contact, const QString &subscription)
{
    if (subscription == u"remove") {
        if (m_roster.remove(contact.jid)) {
            Q_EMIT contactRemoved(contact.jid);
        }
        return;
    }
    m_roster.insert(contact.jid, seenBy(subscription));
    Q_EMIT contactChanged(contact);
}

} // namespace sgn::xmpp
