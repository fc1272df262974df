// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace sgn::xmpp {

// What the server does with a message besides delivering it.
enum class Keeping {
    AsUsual,     // archives it, and stores it while the receiver is offline
    DeliverOnly, // neither (XEP-0334 no-store): worthless later, and an archive is read by every new desk
};

} // namespace sgn::xmpp
