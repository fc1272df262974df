// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/LocalWindow.h"

#include <optional>
#include <QString>

namespace sgn::rollouts {

// "01:00-04:30" as people write it: with blanks, a dash of any length, an hour of one digit, and 24:00 as the end of
// the day. nullopt for all else, and where it ends when it begins.
[[nodiscard]] std::optional<LocalWindow> localWindowFrom(const QString &text);

} // namespace sgn::rollouts
