// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sgn::xmpp {

// JIDs as far as a client needs them (RFC 7622). The server has already prepared every address it hands us, so
// comparing the canonical bare forms is enough to know a sender.

// "User@Host/resource" → "user@host": without the resource, A-Z in lower case. Other letters stay, so that no
// look-alike is folded into a trusted name. Empty for an empty address.
[[nodiscard]] QString bareJid(QStringView jid);
[[nodiscard]] QString resourceOf(QStringView jid);
[[nodiscard]] QString domainOf(QStringView jid);
[[nodiscard]] QString localPartOf(QStringView jid);

// local@domain without resource, nothing in it that RFC 7622 forbids, at most 1023 bytes a part.
[[nodiscard]] bool isBareAccountJid(QStringView jid);

} // namespace sgn::xmpp
