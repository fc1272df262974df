// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Process.h"
#include "records/Problem.h"

namespace sgn::wording {

// "exit code 1, last heartbeat 61 s before"; empty when nothing is known.
[[nodiscard]] QString deathText(const LastExit &exit);
// The same of a FactCode::ProcessExit.
[[nodiscard]] QString deathText(const records::Fact &exit);

} // namespace sgn::wording
