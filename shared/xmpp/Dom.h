// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"

#include <QDateTime>
#include <QDomElement>

// Reading stanzas as parsed XML. Private to this library; everything here takes hostile input.
namespace sgn::xmpp {

[[nodiscard]] bool isElement(const QDomElement &element, QStringView name, QStringView nameSpace);
// The first child with this name and namespace; null if there is none.
[[nodiscard]] QDomElement child(const QDomElement &parent, QStringView name, QStringView nameSpace);
// The text directly in an element. Unlike QDomElement::text() it doesn't follow nested elements, whose depth the sender
// chooses.
[[nodiscard]] QString plainText(const QDomElement &element);
// XEP-0082 in UTC; invalid for anything else.
[[nodiscard]] QDateTime dateTime(const QString &text);
// The <error/> of an <iq/> or <message/> as a sentence (RFC 6120 section 8.3): the server's own text if it sent one.
[[nodiscard]] Error stanzaError(const QDomElement &stanza);

} // namespace sgn::xmpp
