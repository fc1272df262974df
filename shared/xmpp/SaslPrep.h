// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sgn::xmpp {

// A password as SCRAM hashes it (RFC 5802 section 2.2, RFC 4013): composed, without soft hyphens, every kind of blank
// as one. So a password with an umlaut is the same from each keyboard and on each server. One that SASLprep forbids
// stays as it is: a server that took it doesn't prepare it either.
[[nodiscard]] QString saslPrepared(const QString &password);

} // namespace sgn::xmpp
