// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "update/UpdateJournal.h"
#include "update/UpdateState.h"

#include <chrono>
#include <optional>
#include <QObject>

namespace sgn::update {

// The second half of an update, from the staged release to the running one. It differs by component: the meter's folder
// and the Python packages are exchanged by us while the watchdog holds the processes, the CA file by us while
// everything runs, the agent's folder by the watchdog while we are gone.
//
// Each function begins the work of one state and can be called again after a restart; ended() follows once, never from
// within the call. One piece of work at a time. Deleting the object stops it.
class ComponentSwap : public QObject
{
    Q_OBJECT

public:
    virtual void prepare() = 0;  // Waiting: Held or Failed
    virtual void swap() = 0;     // Swapping: Swapped, Reverted or Failed
    virtual void confirm() = 0;  // Confirming: Healthy, Reverted or Failed
    virtual void rollBack() = 0; // RollingBack: Reverted, Untouched or Failed
    // Called off after prepare() and before a swap: lets go of what prepare() took hold of. No ended() follows.
    virtual void abandon() {}

Q_SIGNALS:
    // The reason comes with Reverted, Untouched and Failed, as far as there is one.
    void ended(sgn::update::Event event, const std::optional<sgn::Error> &reason);

protected:
    using QObject::QObject;
};

struct SwapTimes
{
    // Every process of a new release has to run within this time (architecture, Update).
    std::chrono::milliseconds confirm{120'000};
    // They have to run all together for so long: one heartbeat before a crash is no health.
    std::chrono::milliseconds settle{3'000};
    // A new agent has to reach the server within this time; security.md wants the old one back within five minutes.
    std::chrono::seconds confirmAgent{180};
    // A new watchdog has to prove itself within this time.
    std::chrono::seconds confirmWatchdog{90};
    // How long a watchdog that is away is waited for.
    std::chrono::milliseconds watchdogAway{600'000};
    // Between two looks at the watchdog's status; events come in between.
    std::chrono::milliseconds poll{1'000};
    // A hold lasts so long unless it is renewed, three times as often.
    std::chrono::seconds hold{60};
};

// So often is going back tried, each a SwapTimes::poll after the other: what is no good is in place, and one failure of
// the disk must not leave it there.
inline constexpr int maxExchangesBack = 30;

} // namespace sgn::update
