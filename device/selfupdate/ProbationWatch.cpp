// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/ProbationWatch.h"

#include <algorithm>

namespace sgn::selfupdate {

ProbationWatch::ProbationWatch(const Limits &limits, MonotonicTime begin)
    : m_limits(limits)
    , m_end(begin + limits.timeout)
    , m_last(m_end + limits.settle + limits.hiccup)
{}

ProbationWatch::Verdict ProbationWatch::observe(bool isHealthy, MonotonicTime now)
{
    if (!isHealthy) {
        m_healthySince.reset();
    } else if (!m_healthySince) {
        m_healthySince = now;
        m_wasHealthy = true;
        m_end = std::min(m_last, std::max(m_end, now + m_limits.settle + m_limits.hiccup));
    } else if (now - *m_healthySince >= m_limits.settle) {
        return Verdict::Confirmed;
    }
    return now >= m_end ? Verdict::Expired : Verdict::Undecided;
}

} // namespace sgn::selfupdate
