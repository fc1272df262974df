// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "update/UpdateJournal.h"
#include "update/UpdateState.h"

#include <chrono>
#include <optional>
#include <QObject>

namespace sgn::update {

// The second half of an update, from the staged release to the running one. It differs by component: this program
// exchanges the meter's folder and the Python packages while the watchdog holds the processes, and the CA file while
// everything runs; the watchdog exchanges the agent's folder and its own.
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
    // Cancelled after prepare() and before a swap: frees what prepare() holds. No ended() follows.
    virtual void abandon() {}

Q_SIGNALS:
    // The reason comes with Reverted, Untouched and Failed, as far as there is one.
    void ended(sgn::update::Event event, const std::optional<sgn::Error> &reason);

protected:
    using QObject::QObject;

    // Ends the work of a state: calls stopWaiting(), and ended() follows from the event loop.
    void end(Event event, const std::optional<Error> &reason = {});

private:
    // Stops the timers and whatever else only the work that ends now needs.
    virtual void stopWaiting() {}
};

// How long the processes of a new release have until all of them run, if the start of one may take `start`.
[[nodiscard]] constexpr std::chrono::milliseconds confirmTime(std::chrono::seconds start)
{
    return start + std::chrono::seconds(60);
}

// Limits and pauses of the swaps.
struct SwapTimes
{
    // Every process of a new release has to run within this time (architecture, Update).
    std::chrono::milliseconds confirm = confirmTime(std::chrono::seconds(300));
    // They have to run all together for so long: a heartbeat before a crash confirms nothing.
    std::chrono::milliseconds settle{3'000};
    // A new agent has to reach the server within this time, so that the old one is restored within five minutes.
    std::chrono::seconds confirmAgent{180};
    // A new watchdog has to pass its probation within this time.
    std::chrono::seconds confirmWatchdog{90};
    // How long the watchdog may stay disconnected.
    std::chrono::milliseconds watchdogAway{600'000};
    // Between two queries of the watchdog's status; events arrive in between.
    std::chrono::milliseconds poll{1'000};
    // A hold lasts so long unless it is renewed, three times as often.
    std::chrono::seconds hold{60};
};

// How often a roll-back is tried, with a pause of SwapTimes::poll in between: the release in place has failed, and one
// failure of the disk must not leave it there.
inline constexpr int maxRollBackTries = 30;

} // namespace sgn::update
