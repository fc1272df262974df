// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"
#include "xmpp/Account.h"

#include <QXmppError.h>

namespace sgn::xmpp {

// Why a connection failed or broke, in words for the person who has to cure it. Stable: the same cause gives the same
// sentence, so that it can be reported once. `established`: the session stood before.
[[nodiscard]] Error connectionError(const QXmppError &error, const Account &account, bool established);

} // namespace sgn::xmpp
