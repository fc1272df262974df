// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "control/Control.h"

#include <chrono>
#include <QString>
#include <sys/types.h>

namespace sgn::selfupdate {

// What a watchdog says of itself.
struct ProbeAnswer
{
    int version = 0;
    QList<ProcessReport> processes;
};

// Asks the watchdog behind a control socket who it is and what it looks after. Blocks up to `limit`. Only an answer of
// the process `pid` counts: the socket may lie where others can put theirs. Network, Timeout, Refused.
[[nodiscard]] Result<ProbeAnswer> probeWatchdog(const QString &socket, pid_t pid, std::chrono::milliseconds limit);

// Whether anybody listens there.
[[nodiscard]] bool isListening(const QString &socket);

} // namespace sgn::selfupdate
