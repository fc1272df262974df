// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <QDateTime>

namespace sgn {

// Monotonic time since some fixed point, counting while the machine sleeps (CLOCK_BOOTTIME). The only time that
// decisions use.
using MonotonicTime = std::chrono::milliseconds;

// Where time comes from. Durations use monotonic(), because a Pi has no clock of its own and its wall time jumps;
// wallUtc() is for people, and for `not_after` together with the server's time.
class Clock
{
public:
    virtual ~Clock() = default;

    [[nodiscard]] virtual MonotonicTime monotonic() const = 0;
    [[nodiscard]] virtual QDateTime wallUtc() const = 0;
};

// The time of this machine.
class SystemClock final : public Clock
{
public:
    [[nodiscard]] MonotonicTime monotonic() const override;
    [[nodiscard]] QDateTime wallUtc() const override;
};

} // namespace sgn
