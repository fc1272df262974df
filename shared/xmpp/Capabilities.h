// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "xmpp/XmlIq.h"

#include <QByteArray>
#include <QStringList>

class QDomElement;
class QXmppPresence;

namespace sgn::xmpp {

// What this client can do, as entity capabilities (XEP-0115): a server delivers the changes of a node to those of an
// account's clients whose features have "<node>+notify" (XEP-0163 section 4.3).
class Capabilities
{
public:
    explicit Capabilities(const QStringList &watchedNodes);

    void addTo(QXmppPresence &presence) const;
    // Whether it is a request for what addTo() names.
    [[nodiscard]] static bool isRequest(const QDomElement &iq);
    [[nodiscard]] XmlIq replyTo(const QDomElement &iq) const;

    // The hash of all features, as in XEP-0115 section 5.1.
    [[nodiscard]] QByteArray verification() const;

private:
    QStringList m_features; // sorted
};

} // namespace sgn::xmpp
