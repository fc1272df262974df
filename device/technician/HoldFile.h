// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "technician/DeviceStatus.h"

#include <optional>

namespace sgn::technician {

// cfg/hold (update/LocalHold.h), which keeps the agent from exchanging anything. Any file holds; ours also states who
// holds, since when and why.

// nullopt: nothing is held. Of a file of another program its owner and its time.
[[nodiscard]] std::optional<HoldStatus> readHold(const DeviceTree &tree);

// Durable when it returns. Refused when it is held already, with who holds it; NoSpace, Io.
[[nodiscard]] Outcome writeHold(const DeviceTree &tree, const HoldStatus &hold);

// What it was. NotFound: nothing was held. Refused: it is no file or link. Io.
[[nodiscard]] Result<HoldStatus> removeHold(const DeviceTree &tree);

} // namespace sgn::technician
