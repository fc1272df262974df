// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/IdentityWatch.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// Longer than the longest pause between two attempts of the other machine.
constexpr auto memory = 1h;

} // namespace

void IdentityWatch::replaced()
{
    m_last = m_clock.monotonic();
}

QString IdentityWatch::problem() const
{
    const bool isRecent = m_last && m_clock.monotonic() - *m_last < memory;
    return isRecent ? u"another machine signs in with the account of this device; is there a copy of its card?"_s
                    : QString();
}

} // namespace sgn::agent
