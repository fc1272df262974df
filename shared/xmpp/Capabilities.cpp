// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Capabilities.h"

#include "xmpp/Dom.h"
#include "xmpp/Namespaces.h"

#include <QCryptographicHash>
#include <QXmppPresence.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

// Which program; the address is only a name.
constexpr QStringView node = u"urn:sgn:panel";
constexpr QStringView category = u"client";
constexpr QStringView kind = u"pc";
constexpr QStringView product = u"SGN";

} // namespace

Capabilities::Capabilities(const QStringList &watchedNodes)
    : m_features{ns::discoInfo.toString()}
{
    for (const QString &watched : watchedNodes) {
        m_features += watched + u"+notify"_s;
    }
    m_features.sort();
}

QByteArray Capabilities::verification() const
{
    QString text = u"%1/%2//%3<"_s.arg(category, kind, product);
    for (const QString &feature : m_features) {
        text += feature + u'<';
    }
    return QCryptographicHash::hash(text.toUtf8(), QCryptographicHash::Sha1);
}

void Capabilities::addTo(QXmppPresence &presence) const
{
    presence.setCapabilityHash(u"sha-1"_s);
    presence.setCapabilityNode(node.toString());
    presence.setCapabilityVer(verification());
}

bool Capabilities::isRequest(const QDomElement &iq)
{
    return iq.attribute(u"type"_s) == u"get" && !child(iq, u"query", ns::discoInfo).isNull();
}

XmlIq Capabilities::replyTo(const QDomElement &iq) const
{
    const QString asked = child(iq, u"query", ns::discoInfo).attribute(u"node"_s);
    XmlIq reply(QXmppIq::Result, iq.attribute(u"from"_s), [features = m_features, asked](QXmlStreamWriter &xml) {
        xml.writeStartElement(u"query"_s);
        xml.writeDefaultNamespace(ns::discoInfo.toString());
        if (!asked.isEmpty()) {
            xml.writeAttribute(u"node"_s, asked);
        }
        xml.writeEmptyElement(u"identity"_s);
        xml.writeAttribute(u"category"_s, category.toString());
        xml.writeAttribute(u"type"_s, kind.toString());
        xml.writeAttribute(u"name"_s, product.toString());
        for (const QString &feature : features) {
            xml.writeEmptyElement(u"feature"_s);
            xml.writeAttribute(u"var"_s, feature);
        }
        xml.writeEndElement();
    });
    reply.setId(iq.attribute(u"id"_s));
    return reply;
}

} // namespace sgn::xmpp
