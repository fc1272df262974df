// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace sgn::xmpp {

// How often SCRAM may hash a password (RFC 5802). Servers use 4,096 to 100,000; a Pi needs a second for this. A server
// that demands two thousand million would stop the program for hours, because the library has no limit.
inline constexpr int maxScramIterations = 250'000;

// Whether all login challenges among these stanzas are ones to be answered: their text is base64 and nothing else, and
// an iteration count in it is at most that. Pure.
[[nodiscard]] bool areChallengesBearable(QByteArrayView stanzas);

} // namespace sgn::xmpp
