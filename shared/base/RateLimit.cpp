// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/RateLimit.h"

#include <utility>

namespace sgn {

RateLimit::RateLimit(int burst, MonotonicTime period)
    : m_burst(burst)
    , m_period(period)
{}

bool RateLimit::allow(MonotonicTime now)
{
    if (!m_started || now - m_windowStart >= m_period) {
        m_started = true;
        m_windowStart = now;
        m_passed = 0;
    }
    if (m_passed < m_burst) {
        ++m_passed;
        return true;
    }
    ++m_suppressed;
    return false;
}

quint64 RateLimit::takeSuppressed()
{
    return std::exchange(m_suppressed, 0);
}

} // namespace sgn
