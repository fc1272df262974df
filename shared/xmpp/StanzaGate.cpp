// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/StanzaGate.h"

#include "xmpp/Capabilities.h"
#include "xmpp/Dom.h"
#include "xmpp/Namespaces.h"

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

bool StanzaGate::handleStanza(const QDomElement &element, const std::optional<QXmppE2eeMetadata> & /*metadata*/)
{
    // White space between stanzas (RFC 6120 section 4.6.1) arrives as a null element, which the library would take for
    // an error.
    if (element.isNull()) {
        return true;
    }
    if (isElement(element, u"error", ns::stream)) {
        if (child(element, u"see-other-host", ns::streamErrors).isNull()) {
            return false;
        }
        Q_EMIT redirected();
        return true;
    }
    if (element.namespaceURI() != ns::client) {
        return false;
    }

    const QString name = element.tagName();
    if (!m_open) {
        Q_EMIT droppedEarly(name);
        return true;
    }
    if (name == u"message") {
        Q_EMIT message(element);
        return true;
    }
    if (name == u"presence") {
        Q_EMIT presence(element);
        return true;
    }
    if (name == u"iq" && !child(element, u"query", ns::roster).isNull()) {
        Q_EMIT rosterPush(element);
        return true;
    }
    if (name == u"iq" && m_hasFeatures && Capabilities::isRequest(element)) {
        Q_EMIT infoRequested(element);
        return true;
    }
    // Other requests are answered "feature not implemented" by the library; late replies match no request.
    const QString type = element.attribute(u"type"_s);
    return name != u"iq" || (type != u"get" && type != u"set");
}

} // namespace sgn::xmpp
