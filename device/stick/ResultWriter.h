// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "release/StickResult.h"
#include "stick/StickService.h"

namespace sgn::stick {

enum class WithLogs { Yes, No };

// Writes the result, and the logs that the agent has packed, to the stick at `place` as new files, named after the
// device and the time, and returns the result's name. Another device's, or an older one of this device, stays what it
// is. NotFound (it isn't one of ours), NoSpace, Refused, Io.
[[nodiscard]] Result<QString> writeResult(const StickDevice &device, const QString &place, const StickResult &result,
                                          WithLogs withLogs);

} // namespace sgn::stick
