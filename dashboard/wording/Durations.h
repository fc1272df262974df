// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sgn::wording {

// "4 s", "3 min", "2 h", "5 d"; for durations under a second "now".
[[nodiscard]] QString durationText(qint64 seconds);

// How long ago that was: "4 s ago", "now".
[[nodiscard]] QString agoText(qint64 seconds);

} // namespace sgn::wording
