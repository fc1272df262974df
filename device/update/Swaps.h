// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "control/WatchdogPort.h"
#include "update/CaSwap.h"
#include "update/ComponentSwap.h"
#include "update/ReleasePaths.h"
#include "update/UpdateJournal.h"

#include <memory>

namespace sgn::update {

// What the swaps use.
struct SwapPorts
{
    control::WatchdogPort &watchdog;
    const Clock &clock;
    ServerTrial trial;
};

// Returns the swap for the record's task. All references outlive it.
[[nodiscard]] std::unique_ptr<ComponentSwap> makeSwap(const SwapPorts &ports, const ReleasePaths &paths, Record &record,
                                                      const SwapTimes &times);

} // namespace sgn::update
