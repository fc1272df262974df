// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Reply.h"

#include <QString>

namespace sgn::agent {

// Facts about this machine: system, model, uptime, free space of the file system with `root`, memory,
// temperature. Reads a few small files below /proc, /sys and /etc (below `prefix` in tests); what can't be found out is
// left out.
[[nodiscard]] DeviceFacts readDeviceFacts(const QString &root, const QString &prefix = {});

} // namespace sgn::agent
