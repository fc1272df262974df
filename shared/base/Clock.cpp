// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Clock.h"

#include <ctime>

namespace sgn {

MonotonicTime SystemClock::monotonic() const
{
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::duration_cast<MonotonicTime>(std::chrono::seconds(now.tv_sec) +
                                                     std::chrono::nanoseconds(now.tv_nsec));
}

QDateTime SystemClock::wallUtc() const
{
    return QDateTime::currentDateTimeUtc();
}

} // namespace sgn
