// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/ProgressGate.h"

namespace sgn::update {

namespace {

constexpr int minPercent = 5;
constexpr MonotonicTime minPause = std::chrono::seconds(1);

} // namespace

bool ProgressGate::allow(State state, int percent, MonotonicTime now)
{
    const bool isNews = !m_last || (now - m_last->at >= minPause &&
                                    (m_isUnknown || m_last->state != state || percent - m_last->percent >= minPercent));
    if (isNews) {
        m_isUnknown = false;
        m_last = Sent{state, percent, now};
    }
    return isNews;
}

} // namespace sgn::update
