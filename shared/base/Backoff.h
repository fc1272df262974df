// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>

namespace sgn {

// How long to wait before the next try: full jitter, i.e. a random time between `first` and an upper bound that begins
// at twice `first` and doubles with every failure up to `ceiling`. Devices that lost the same server therefore don't
// come back at the same moment, not even at their first try.
class Backoff
{
public:
    using Milliseconds = std::chrono::milliseconds;
    // A number in [0, 1).
    using Random = std::function<double()>;

    Backoff(Milliseconds first, Milliseconds ceiling);
    Backoff(Milliseconds first, Milliseconds ceiling, Random random);

    // The wait before the next try; counts as one more failure.
    [[nodiscard]] Milliseconds next();
    // After a success.
    void reset();
    [[nodiscard]] int failures() const { return m_failures; }

private:
    Milliseconds m_first;
    Milliseconds m_ceiling;
    Random m_random;
    int m_failures = 0;
};

} // namespace sgn
