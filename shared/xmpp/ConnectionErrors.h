// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"
#include "xmpp/Account.h"

#include <QXmppError.h>

namespace sgn::xmpp {

// Why a session failed or broke, in a sentence for the person who has to fix it. Stable: the same cause gives the same
// sentence, so that it can be reported once.
[[nodiscard]] Error connectionError(const QXmppError &error, const Account &account);

// Whether the server ended the session because of another one with the same account and resource (RFC 6120 section
// 4.9.3.3).
[[nodiscard]] bool isConflict(const QXmppError &error);

} // namespace sgn::xmpp
