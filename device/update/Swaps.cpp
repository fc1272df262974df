// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Swaps.h"

#include "update/MeterSwap.h"
#include "update/PreviousRelease.h"
#include "update/WatchdogDrivenSwap.h"

namespace sgn::update {

namespace {

// Returns what has to run after the swap.
MeterSwap::Goal goalOf(const Task &task, const ReleasePaths &paths)
{
    if (const auto *const update = std::get_if<UpdateCommand>(&task)) {
        // Other packages leave every process what it was.
        return {update->processes, true};
    }
    if (componentOf(task) == Component::SitePackages) {
        return {};
    }
    // The notes stay as they are until the rollback has succeeded.
    const auto previous = readPreviousRelease(paths);
    return {previous ? previous->processes : QList<ProcessVersion>(), false};
}

} // namespace

std::unique_ptr<ComponentSwap> makeSwap(const SwapPorts &ports, const ReleasePaths &paths, Record &record,
                                        const SwapTimes &times)
{
    const auto component = componentOf(record.order.task);
    if (!component) {
        return std::make_unique<CaSwap>(ports.trial, paths, record, times);
    }
    if (*component == Component::JabberClient || *component == Component::WatchDog) {
        return std::make_unique<WatchdogDrivenSwap>(*component, ports.watchdog, paths, record, times);
    }
    return std::make_unique<MeterSwap>(ports.watchdog, paths, goalOf(record.order.task, paths), record, times,
                                       ports.clock);
}

} // namespace sgn::update
