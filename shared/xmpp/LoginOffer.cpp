// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/LoginOffer.h"

namespace sgn::xmpp {

QByteArray withoutSasl2(QByteArray stanzas)
{
    // An element of a namespace that nothing knows is ignored (RFC 6120 section 8.4).
    for (const char *quote : {"'", "\""}) {
        stanzas.replace(quote + QByteArray("urn:xmpp:sasl:2") + quote, quote + QByteArray("urn:sgn:unused") + quote);
    }
    return stanzas;
}

} // namespace sgn::xmpp
