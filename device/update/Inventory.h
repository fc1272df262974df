// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/WatchdogPort.h"
#include "update/Admission.h"
#include "update/ReleasePaths.h"

#include <chrono>
#include <functional>

namespace sgn::update {

// Finds out what is installed of what a task is about: from the watchdog for the meter's processes, from the disk for
// everything else.
class Inventory
{
public:
    struct Sources
    {
        control::WatchdogPort &watchdog;
        int agentVersion = 0; // of this program's release
        // How long the watchdog may take to reply, before an update is tried without knowing.
        std::chrono::milliseconds statusLimit{5'000};
        // Whether what is installed decides anything.
        bool matters = true;
    };
    using Taken = std::function<void(const Installed &)>;

    // `taken` is called once, perhaps from within the call, unless `context` no longer exists.
    static void take(const Task &task, const ReleasePaths &paths, const Sources &sources, QObject *context,
                     Taken taken);
};

} // namespace sgn::update
