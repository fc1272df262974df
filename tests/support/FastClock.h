// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

namespace sgn::test {

// The clock of a machine that is weeks ahead.
class FastClock final : public Clock
{
public:
    [[nodiscard]] MonotonicTime monotonic() const override { return m_clock.monotonic(); }
    [[nodiscard]] QDateTime wallUtc() const override { return m_clock.wallUtc().addDays(40); }

private:
    SystemClock m_clock;
};

} // namespace sgn::test
