// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "update/CaSwap.h"
#include "update/ComponentSwap.h"
#include "update/InstallLocations.h"
#include "update/ReleaseTrust.h"
#include "update/UpdateJournal.h"

#include <chrono>
#include <functional>
#include <QDateTime>

namespace sgn::update {

// Where and by which rules this device installs releases, and the times that tests shorten.
struct InstallerSettings
{
    QString root;
    QString downloads;
    QString journal;
    QString caFile;
    QString sitePackages; // as configured; empty: looked for
    QString hold;         // the file by which users at the device postpone the swap; may be empty
    Policy policy;
    int agentVersion = 0; // of the release that this agent belongs to
    // Returns the path of a release that a stick has brought, by its place in the hand-over.
    std::function<QString(int index)> stickZip;
    ServerTrial trial; // for the CA file
    // By the server's clock where that is known. Without them the machine's own clock counts, and nothing expires.
    std::function<QDateTime()> now;
    std::function<bool(const QDateTime &)> isPast;
    SwapTimes times;
    std::chrono::milliseconds holdPoll{2'000};
    // How long the staged agent's self-test may take.
    std::chrono::milliseconds selfTestLimit{30'000};
    // How long the watchdog may take to report what is installed, before an update is tried without knowing.
    std::chrono::milliseconds statusLimit{5'000};

    // What an order has to comply with.
    [[nodiscard]] Policy policyFor(const Order &order) const
    {
        Policy result = policy;
        result.mustBeSigned = order.stick.has_value();
        return result;
    }
    [[nodiscard]] InstallLocations locations() const { return {root, downloads, caFile, sitePackages}; }
    [[nodiscard]] QDateTime timeBy(const Clock &clock) const { return now ? now() : clock.wallUtc(); }
};

// Where the record's update works.
[[nodiscard]] inline ReleasePaths pathsOf(const Record &record, const InstallerSettings &settings)
{
    return pathsFor(record.order.task, settings.locations(), record.sitePackages);
}

} // namespace sgn::update
