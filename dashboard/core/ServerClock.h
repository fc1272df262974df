// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

namespace sgn::core {

// A clock whose wall time is the server's, as far as it is known: the `not_after` that devices get, what the
// archive stamps, and when something was seen are then one time, however wrong this machine's own may be.
class ServerClock final : public Clock
{
public:
    // `clock` outlives this one.
    explicit ServerClock(const Clock &clock)
        : m_clock(clock)
    {}

    // Server's time minus ours.
    void setOffset(std::chrono::milliseconds offset) { m_offset = offset; }

    [[nodiscard]] MonotonicTime monotonic() const override { return m_clock.monotonic(); }
    [[nodiscard]] QDateTime wallUtc() const override { return m_clock.wallUtc().addMSecs(m_offset.count()); }

private:
    const Clock &m_clock;
    std::chrono::milliseconds m_offset{0};
};

} // namespace sgn::core
