// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "control/Control.h"

#include <chrono>
#include <QString>
#include <sys/types.h>

namespace sgn::selfupdate {

// The replies of a watchdog.
struct ProbeAnswer
{
    int version = 0;
    QList<ProcessReport> processes;
};

// Queries version and processes of the watchdog behind a control socket. Blocks up to `limit`. Only a reply of the
// process `pid` counts: the socket may lie where others can put theirs. Network, Timeout, Refused.
[[nodiscard]] Result<ProbeAnswer> probeWatchdog(const QString &socket, pid_t pid, std::chrono::milliseconds limit);

// True if a process listens there.
[[nodiscard]] bool isListening(const QString &socket);

} // namespace sgn::selfupdate
