// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

namespace sgn::test {

// A clock that stands still until a test moves it. The two times are independent, as they are on a Pi whose wall time
// jumps.
class ManualClock final : public Clock
{
public:
    [[nodiscard]] MonotonicTime monotonic() const override { return m_monotonic; }
    [[nodiscard]] QDateTime wallUtc() const override { return m_wall; }

    // Both times go on by as much, as they do in good order.
    void advance(MonotonicTime by)
    {
        m_monotonic += by;
        m_wall = m_wall.addMSecs(by.count());
    }
    // Only the wall time jumps.
    void setWall(const QDateTime &utc) { m_wall = utc; }

private:
    MonotonicTime m_monotonic = std::chrono::hours(1);
    QDateTime m_wall = QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);
};

} // namespace sgn::test
