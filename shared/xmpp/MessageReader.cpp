// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/MessageReader.h"

#include "xmpp/Dom.h"
#include "xmpp/Jid.h"
#include "xmpp/Namespaces.h"

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

// The server adds these on the account's behalf, with its bare JID or without any sender (RFC 6120 section 8.1.2.1). A
// full JID, even one of our own, would be another client.
bool isFromOwnAccount(const QDomElement &stanza, const QString &ownBareJid)
{
    const QString from = stanza.attribute(u"from"_s);
    return from.isEmpty() || (!from.contains(u'/') && bareJid(from) == ownBareJid);
}

QDomElement forwardedMessage(const QDomElement &wrapper)
{
    return child(child(wrapper, u"forwarded", ns::forward), u"message", ns::client);
}

QDomElement carbonOf(const QDomElement &stanza)
{
    const QDomElement received = child(stanza, u"received", ns::carbons);
    return received.isNull() ? child(stanza, u"sent", ns::carbons) : received;
}

void readDelay(const QDomElement &holder, IncomingMessage &message)
{
    const QDomElement delay = child(holder, u"delay", ns::delay);
    if (delay.isNull()) {
        message.delayed = message.delayed || !child(holder, u"x", ns::legacyDelay).isNull();
        return;
    }
    message.delayed = true;
    if (const QDateTime stamp = dateTime(delay.attribute(u"stamp"_s)); stamp.isValid()) {
        message.stamp = stamp;
    }
}

// XEP-0359 section 3: only the id that our own server gave can be used with our archive.
QString archiveIdOf(const QDomElement &stanza, const QString &ownBareJid)
{
    for (QDomElement id = stanza.firstChildElement(); !id.isNull(); id = id.nextSiblingElement()) {
        if (isElement(id, u"stanza-id", ns::stanzaIds) && bareJid(id.attribute(u"by"_s)) == ownBareJid) {
            return id.attribute(u"id"_s);
        }
    }
    return {};
}

MessageReading readContent(const QDomElement &stanza, const MessageRules &rules)
{
    IncomingMessage message;
    message.from = stanza.attribute(u"from"_s, rules.ownBareJid);
    message.fromBare = bareJid(message.from);
    message.toBare = bareJid(stanza.attribute(u"to"_s, rules.ownBareJid));
    message.id = stanza.attribute(u"id"_s);
    message.stamp = rules.now;

    const QString type = stanza.attribute(u"type"_s);
    if (type == u"error") {
        return ReturnedMessage{message.fromBare, message.id, stanzaError(stanza)};
    }
    if (!type.isEmpty() && type != u"chat" && type != u"normal") {
        return IgnoredMessage{};
    }

    const QDomElement body = child(stanza, u"body", ns::client);
    if (body.isNull()) {
        return IgnoredMessage{};
    }
    message.body = plainText(body).toUtf8();
    if (message.body.size() > maxBodySize) {
        return IgnoredMessage{
            u"its body of %1 bytes is over the limit of %2"_s.arg(message.body.size()).arg(maxBodySize)};
    }
    readDelay(stanza, message);
    message.archiveId = archiveIdOf(stanza, rules.ownBareJid);
    return message;
}

MessageReading readArchived(const QDomElement &stanza, const QDomElement &result, const MessageRules &rules)
{
    if (!isFromOwnAccount(stanza, rules.ownBareJid)) {
        return IgnoredMessage{u"an archive result that isn't from the own account"_s};
    }
    if (rules.archiveQueryId.isEmpty() || result.attribute(u"queryid"_s) != rules.archiveQueryId) {
        return IgnoredMessage{u"an archive result that was not requested"_s};
    }
    MessageReading reading = readContent(forwardedMessage(result), rules);
    auto *message = std::get_if<IncomingMessage>(&reading);
    if (!message) {
        return IgnoredMessage{};
    }
    message->fromArchive = true;
    message->delayed = true;
    message->archiveId = result.attribute(u"id"_s);
    readDelay(child(result, u"forwarded", ns::forward), *message);
    return reading;
}

MessageReading readCarbon(const QDomElement &stanza, const QDomElement &carbon, const MessageRules &rules)
{
    if (!isFromOwnAccount(stanza, rules.ownBareJid)) {
        return IgnoredMessage{u"a carbon copy that isn't from the own account"_s};
    }
    if (!rules.acceptCarbons) {
        return IgnoredMessage{u"a carbon copy that was not requested"_s};
    }
    MessageReading reading = readContent(forwardedMessage(carbon), rules);
    auto *message = std::get_if<IncomingMessage>(&reading);
    if (!message) {
        return IgnoredMessage{};
    }
    message->carbon = true;
    return reading;
}

} // namespace

MessageReading readMessage(const QDomElement &stanza, const MessageRules &rules)
{
    if (const QDomElement result = child(stanza, u"result", ns::archive); !result.isNull()) {
        return readArchived(stanza, result, rules);
    }
    if (const QDomElement carbon = carbonOf(stanza); !carbon.isNull()) {
        return readCarbon(stanza, carbon, rules);
    }
    return readContent(stanza, rules);
}

} // namespace sgn::xmpp
