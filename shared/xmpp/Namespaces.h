// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringView>

// XML namespaces of the protocols in use. Private to this library.
namespace sgn::xmpp::ns {

inline constexpr QStringView client = u"jabber:client";
inline constexpr QStringView stream = u"http://etherx.jabber.org/streams";
inline constexpr QStringView streamErrors = u"urn:ietf:params:xml:ns:xmpp-streams";
inline constexpr QStringView stanzaErrors = u"urn:ietf:params:xml:ns:xmpp-stanzas";
inline constexpr QStringView roster = u"jabber:iq:roster";
inline constexpr QStringView dataForms = u"jabber:x:data";                         // XEP-0004
inline constexpr QStringView discoInfo = u"http://jabber.org/protocol/disco#info"; // XEP-0030
inline constexpr QStringView discoItems = u"http://jabber.org/protocol/disco#items";
inline constexpr QStringView pubsub = u"http://jabber.org/protocol/pubsub"; // XEP-0060
inline constexpr QStringView pubsubOwner = u"http://jabber.org/protocol/pubsub#owner";
inline constexpr QStringView pubsubEvents = u"http://jabber.org/protocol/pubsub#event";
inline constexpr QStringView resultSet = u"http://jabber.org/protocol/rsm"; // XEP-0059
inline constexpr QStringView ping = u"urn:xmpp:ping";                       // XEP-0199
inline constexpr QStringView time = u"urn:xmpp:time";                       // XEP-0202
inline constexpr QStringView delay = u"urn:xmpp:delay";                     // XEP-0203
inline constexpr QStringView legacyDelay = u"jabber:x:delay";               // XEP-0091
inline constexpr QStringView carbons = u"urn:xmpp:carbons:2";               // XEP-0280
inline constexpr QStringView forward = u"urn:xmpp:forward:0";               // XEP-0297
inline constexpr QStringView archive = u"urn:xmpp:mam:2";                   // XEP-0313
inline constexpr QStringView stanzaIds = u"urn:xmpp:sid:0";                 // XEP-0359
inline constexpr QStringView json = u"urn:xmpp:json:0";                     // XEP-0335
inline constexpr QStringView upload = u"urn:xmpp:http:upload:0";            // XEP-0363

} // namespace sgn::xmpp::ns
