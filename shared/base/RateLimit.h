// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

namespace sgn {

// Lets at most `burst` events through per `period` and counts the rest, so that a flood costs one log line per period.
class RateLimit
{
public:
    RateLimit(int burst, MonotonicTime period);

    // Whether the event at `now` may pass.
    [[nodiscard]] bool allow(MonotonicTime now);
    // How many were held back since the last call of this function.
    [[nodiscard]] quint64 takeSuppressed();

private:
    int m_burst;
    MonotonicTime m_period;
    MonotonicTime m_windowStart{};
    int m_passed = 0;
    bool m_started = false;
    quint64 m_suppressed = 0;
};

} // namespace sgn
