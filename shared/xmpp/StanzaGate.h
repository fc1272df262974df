// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDomElement>
#include <QXmppClientExtension.h>

namespace sgn::xmpp {

// Sees every stanza before the XMPP library does anything with it. Closed until the session is established, because
// before that (with STARTTLS: even before TLS) anyone on the path can send; what arrives then is dropped. Belongs to
// its client.
class StanzaGate final : public QXmppClientExtension
{
    Q_OBJECT

public:
    void open() { m_open = true; }
    void shut() { m_open = false; }
    // From now on infoRequested() replies to what is requested of this client's features.
    void announceFeatures() { m_hasFeatures = true; }

    bool handleStanza(const QDomElement &element, const std::optional<QXmppE2eeMetadata> &metadata) override;

Q_SIGNALS:
    void message(const QDomElement &stanza);
    void presence(const QDomElement &stanza);
    void rosterPush(const QDomElement &stanza);
    void infoRequested(const QDomElement &iq);
    // The server redirects to another host (RFC 6120 section 4.9.3.19). Not followed, since it would mean plain TCP to
    // anywhere.
    void redirected();
    void droppedEarly(const QString &what);

private:
    bool m_open = false;
    bool m_hasFeatures = false;
};

} // namespace sgn::xmpp
