// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <optional>

namespace sgn::selfupdate {

// When a new watchdog on probation is confirmed, and when its time is over. Pure: the guardian reports what it sees.
class ProbationWatch
{
public:
    struct Limits
    {
        MonotonicTime timeout{}; // to the first healthy reply
        // So long the watchdog has to reply healthily without a break: one that crashes after some seconds is no good.
        MonotonicTime settle{};
        // On a busy machine a reply may be late once; that costs the watchdog this much more time, but not repeatedly.
        MonotonicTime hiccup{};
    };
    enum class Verdict { Undecided, Confirmed, Expired };

    ProbationWatch(const Limits &limits, MonotonicTime begin);

    // `isHealthy`: the watchdog runs and did all it should at `now`. Times only rise.
    [[nodiscard]] Verdict observe(bool isHealthy, MonotonicTime now);
    // Whether it was healthy at least once.
    [[nodiscard]] bool wasHealthy() const { return m_wasHealthy; }

private:
    Limits m_limits;
    MonotonicTime m_end;
    MonotonicTime m_last;
    std::optional<MonotonicTime> m_healthySince;
    bool m_wasHealthy = false;
};

} // namespace sgn::selfupdate
