// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/PrivateNodes.h"

#include "xmpp/Dom.h"
#include "xmpp/Jid.h"
#include "xmpp/Namespaces.h"
#include "xmpp/XmlIq.h"

#include <optional>
#include <QXmppClient.h>
#include <QXmppError.h>
#include <QXmppStanza.h>
#include <QXmppTask.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

// One reply or message names at most so many; a client requests and publishes fewer.
constexpr qsizetype maxItemsRead = 1'000;

using Condition = QXmppStanza::Error::Condition;

Error errorOf(const QXmppError &error)
{
    const auto stanza = error.value<QXmppStanza::Error>();
    if (!stanza) {
        return {ErrorCode::Network, u"the server didn't reply: "_s + error.description.left(200)};
    }
    if (stanza->condition() == Condition::ServiceUnavailable ||
        stanza->condition() == Condition::FeatureNotImplemented) {
        return {ErrorCode::NotFound, u"the server keeps no data for an account's programs"_s};
    }
    return {ErrorCode::Refused, u"the server refuses it: "_s + error.description.left(200)};
}

QList<PrivateItem> itemsOf(const QDomElement &parent)
{
    QList<PrivateItem> items;
    for (QDomElement item = parent.firstChildElement(u"item"_s); !item.isNull() && items.size() < maxItemsRead;
         item = item.nextSiblingElement(u"item"_s)) {
        const QByteArray json = plainText(child(item, u"json", ns::json)).toUtf8();
        if (const QString id = item.attribute(u"id"_s); !id.isEmpty() && json.size() <= PrivateNodes::maxItemSize) {
            items += {id, json};
        }
    }
    return items;
}

void writeItem(QXmlStreamWriter &xml, const PrivateItem &item)
{
    xml.writeStartElement(u"item"_s);
    xml.writeAttribute(u"id"_s, item.id);
    xml.writeStartElement(u"json"_s);
    xml.writeDefaultNamespace(ns::json.toString());
    xml.writeCharacters(QString::fromUtf8(item.json));
    xml.writeEndElement();
    xml.writeEndElement();
}

void writeField(QXmlStreamWriter &xml, const QString &name, const QString &value, const QString &type = {})
{
    xml.writeStartElement(u"field"_s);
    xml.writeAttribute(u"var"_s, name);
    if (!type.isEmpty()) {
        xml.writeAttribute(u"type"_s, type);
    }
    xml.writeTextElement(u"value"_s, value);
    xml.writeEndElement();
}

// What no other account can read. `most`: nullopt where the server takes that with the node alone.
void writeForm(QXmlStreamWriter &xml, const QString &kind, std::optional<int> most)
{
    xml.writeStartElement(u"x"_s);
    xml.writeDefaultNamespace(ns::dataForms.toString());
    xml.writeAttribute(u"type"_s, u"submit"_s);
    writeField(xml, u"FORM_TYPE"_s, u"http://jabber.org/protocol/pubsub#"_s + kind, u"hidden"_s);
    writeField(xml, u"pubsub#persist_items"_s, u"true"_s);
    writeField(xml, u"pubsub#access_model"_s, u"whitelist"_s);
    if (most) {
        writeField(xml, u"pubsub#max_items"_s, QString::number(*most));
    }
    xml.writeEndElement();
}

void writePublish(QXmlStreamWriter &xml, const QString &node, const PrivateItem &item, std::optional<int> most)
{
    xml.writeStartElement(u"pubsub"_s);
    xml.writeDefaultNamespace(ns::pubsub.toString());
    xml.writeStartElement(u"publish"_s);
    xml.writeAttribute(u"node"_s, node);
    writeItem(xml, item);
    xml.writeEndElement();
    xml.writeStartElement(u"publish-options"_s);
    writeForm(xml, u"publish-options"_s, most);
    xml.writeEndElement();
    xml.writeEndElement();
}

void writeCreate(QXmlStreamWriter &xml, const QString &node, int most)
{
    xml.writeStartElement(u"pubsub"_s);
    xml.writeDefaultNamespace(ns::pubsub.toString());
    xml.writeEmptyElement(u"create"_s);
    xml.writeAttribute(u"node"_s, node);
    xml.writeStartElement(u"configure"_s);
    writeForm(xml, u"node_config"_s, most);
    xml.writeEndElement();
    xml.writeEndElement();
}

void writeConfigure(QXmlStreamWriter &xml, const QString &node, int most)
{
    xml.writeStartElement(u"pubsub"_s);
    xml.writeDefaultNamespace(ns::pubsubOwner.toString());
    xml.writeStartElement(u"configure"_s);
    xml.writeAttribute(u"node"_s, node);
    writeForm(xml, u"node_config"_s, most);
    xml.writeEndElement();
    xml.writeEndElement();
}

void writeRequest(QXmlStreamWriter &xml, const QString &node, const QStringList &ids)
{
    xml.writeStartElement(u"pubsub"_s);
    xml.writeDefaultNamespace(ns::pubsub.toString());
    xml.writeStartElement(u"items"_s);
    xml.writeAttribute(u"node"_s, node);
    for (const QString &id : ids) {
        xml.writeEmptyElement(u"item"_s);
        xml.writeAttribute(u"id"_s, id);
    }
    xml.writeEndElement();
    xml.writeEndElement();
}

std::optional<Condition> conditionOf(const QXmppError &error)
{
    const auto stanza = error.value<QXmppStanza::Error>();
    return stanza ? std::optional(stanza->condition()) : std::nullopt;
}

// The server doesn't take the node's settings along with an item, or the node has others.
bool isAboutSettings(const QXmppError &error)
{
    switch (conditionOf(error).value_or(Condition::NoCondition)) {
    case Condition::BadRequest:
    case Condition::Conflict:
    case Condition::NotAcceptable:
    case Condition::ResourceConstraint:
        return true;
    default:
        return false;
    }
}

Outcome outcomeOf(const QXmppClient::IqResult &result)
{
    const auto *error = std::get_if<QXmppError>(&result);
    return error ? Outcome(tl::unexpected(errorOf(*error))) : Outcome();
}

Error notConnected()
{
    return {ErrorCode::Network, u"not connected to the server"_s};
}

} // namespace

PrivateNodes::PrivateNodes(QObject *parent)
    : QObject(parent)
{}

PrivateNodes::~PrivateNodes() = default;

void PrivateNodes::online(QXmppClient *client, const QString &ownBareJid)
{
    m_client = client;
    m_ownBareJid = ownBareJid;
}

void PrivateNodes::offline()
{
    m_client = nullptr;
    m_prepared.clear();
}

void PrivateNodes::fetch(const QString &node, const QStringList &ids, Fetched fetched)
{
    if (!m_client) {
        QMetaObject::invokeMethod(
            this, [fetched = std::move(fetched)] { fetched(tl::unexpected(notConnected())); }, Qt::QueuedConnection);
        return;
    }
    m_client->sendIq(XmlIq(QXmppIq::Get, {}, [node, ids](QXmlStreamWriter &xml) { writeRequest(xml, node, ids); }))
        .then(this, [node, fetched = std::move(fetched)](QXmppClient::IqResult &&result) {
            if (const auto *error = std::get_if<QXmppError>(&result)) {
                const auto stanza = error->value<QXmppStanza::Error>();
                if (stanza && stanza->condition() == Condition::ItemNotFound) {
                    return fetched(QList<PrivateItem>());
                }
                return fetched(tl::unexpected(errorOf(*error)));
            }
            const QDomElement pubsub = child(std::get<QDomElement>(result), u"pubsub", ns::pubsub);
            const QDomElement items = child(pubsub, u"items", ns::pubsub);
            if (items.isNull() || items.attribute(u"node"_s) != node) {
                return fetched(fail(ErrorCode::Refused, u"the server's reply can't be understood"_s));
            }
            fetched(itemsOf(items));
        });
}

void PrivateNodes::publish(const QString &node, const PrivateItem &item, int maxItems, Done done)
{
    Outcome refusal;
    if (item.json.size() > maxItemSize) {
        refusal = fail(ErrorCode::TooLarge, u"%1 bytes are more than one item may have"_s.arg(item.json.size()));
    } else if (!m_client) {
        refusal = tl::unexpected(notConnected());
    }
    if (!refusal) {
        QMetaObject::invokeMethod(
            this, [done = std::move(done), refusal] { done(refusal); }, Qt::QueuedConnection);
        return;
    }
    if (m_prepared.value(node) == maxItems) {
        return publishPrepared(node, item, std::move(done));
    }
    m_client
        ->sendIq(XmlIq(QXmppIq::Set, {},
                       [node, item, maxItems](QXmlStreamWriter &xml) { writePublish(xml, node, item, maxItems); }))
        .then(this, [this, node, item, maxItems, done = std::move(done)](QXmppClient::IqResult &&result) {
            const auto *error = std::get_if<QXmppError>(&result);
            if (!error || !isAboutSettings(*error)) {
                return done(outcomeOf(result));
            }
            prepare(node, maxItems, [this, node, item, maxItems, done](const Outcome &prepared) {
                if (!prepared) {
                    return done(prepared);
                }
                m_prepared.insert(node, maxItems);
                publishPrepared(node, item, done);
            });
        });
}

void PrivateNodes::retract(const QString &node, const QString &id)
{
    if (!m_client) {
        return;
    }
    m_client->sendIq(XmlIq(QXmppIq::Set, {}, [node, id](QXmlStreamWriter &xml) {
        xml.writeStartElement(u"pubsub"_s);
        xml.writeDefaultNamespace(ns::pubsub.toString());
        xml.writeStartElement(u"retract"_s);
        xml.writeAttribute(u"node"_s, node);
        xml.writeEmptyElement(u"item"_s);
        xml.writeAttribute(u"id"_s, id);
        xml.writeEndElement();
        xml.writeEndElement();
    }));
}

// Its privacy is named all the same: another client may have changed the node since.
void PrivateNodes::publishPrepared(const QString &node, const PrivateItem &item, Done done)
{
    if (!m_client) {
        return done(tl::unexpected(notConnected()));
    }
    m_client
        ->sendIq(XmlIq(QXmppIq::Set, {},
                       [node, item](QXmlStreamWriter &xml) { writePublish(xml, node, item, std::nullopt); }))
        .then(this, [done = std::move(done)](QXmppClient::IqResult &&result) { done(outcomeOf(result)); });
}

// In a step of its own: ejabberd 23 refuses a number of items that comes along with an item, and keeps one without it.
void PrivateNodes::prepare(const QString &node, int maxItems, Done done)
{
    if (!m_client) {
        return done(tl::unexpected(notConnected()));
    }
    m_client
        ->sendIq(XmlIq(QXmppIq::Set, {}, [node, maxItems](QXmlStreamWriter &xml) { writeCreate(xml, node, maxItems); }))
        .then(this, [this, node, maxItems, done = std::move(done)](QXmppClient::IqResult &&result) {
            const auto *error = std::get_if<QXmppError>(&result);
            if (error && conditionOf(*error) == Condition::Conflict) { // it exists
                return configure(node, maxItems, done);
            }
            done(outcomeOf(result));
        });
}

void PrivateNodes::configure(const QString &node, int maxItems, Done done)
{
    if (!m_client) {
        return done(tl::unexpected(notConnected()));
    }
    m_client
        ->sendIq(
            XmlIq(QXmppIq::Set, {}, [node, maxItems](QXmlStreamWriter &xml) { writeConfigure(xml, node, maxItems); }))
        .then(this, [done = std::move(done)](QXmppClient::IqResult &&result) { done(outcomeOf(result)); });
}

bool PrivateNodes::readMessage(const QDomElement &stanza)
{
    const QDomElement event = child(stanza, u"event", ns::pubsubEvents);
    if (event.isNull()) {
        return false;
    }
    // Others have nodes of the same names. A full JID, even of the own account, is another client.
    const QString from = stanza.attribute(u"from"_s);
    if (from.contains(u'/') || bareJid(from) != m_ownBareJid) {
        return true;
    }
    const QDomElement items = child(event, u"items", ns::pubsubEvents);
    const QString node = items.attribute(u"node"_s);
    const QPointer<PrivateNodes> self = this;
    for (const PrivateItem &item : itemsOf(items)) {
        if (self) {
            Q_EMIT itemPublished(node, item);
        }
    }
    return true;
}

} // namespace sgn::xmpp
