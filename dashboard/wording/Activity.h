// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Activity.h"

namespace sgn::wording {

// One plain sentence about a line of the timeline, in the user's language.
[[nodiscard]] QString describe(const records::ActivityEntry &entry);
// What it adds to the kind of event: a cause, a version, a number of bytes; may be empty.
[[nodiscard]] QString detailText(const records::ActivityEntry &entry);

} // namespace sgn::wording
