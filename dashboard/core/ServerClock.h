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

    // Server's time minus ours, as of now. From then on it doesn't matter how this machine's clock is set.
    void setOffset(std::chrono::milliseconds offset)
    {
        m_known = {m_clock.wallUtc().addMSecs(offset.count()), m_clock.monotonic()};
    }

    [[nodiscard]] MonotonicTime monotonic() const override { return m_clock.monotonic(); }
    [[nodiscard]] QDateTime wallUtc() const override
    {
        return m_known.wall.isValid() ? m_known.wall.addMSecs((m_clock.monotonic() - m_known.at).count())
                                      : m_clock.wallUtc();
    }

private:
    struct Moment
    {
        QDateTime wall;
        MonotonicTime at{};
    };

    const Clock &m_clock;
    Moment m_known; // of the server
};

} // namespace sgn::core
