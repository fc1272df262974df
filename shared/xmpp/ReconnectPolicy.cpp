// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ReconnectPolicy.h"

namespace sgn::xmpp {

ReconnectPolicy::ReconnectPolicy()
    : ReconnectPolicy(Limits{})
{}

ReconnectPolicy::ReconnectPolicy(Limits limits)
    : m_limits(limits)
    , m_backoff(limits.first, limits.ceiling)
{}

ReconnectPolicy::ReconnectPolicy(Limits limits, Backoff::Random random)
    : m_limits(limits)
    , m_backoff(limits.first, limits.ceiling, std::move(random))
{}

void ReconnectPolicy::online(MonotonicTime now)
{
    m_onlineSince = now;
}

std::chrono::milliseconds ReconnectPolicy::lost(MonotonicTime now)
{
    if (m_onlineSince && now - *m_onlineSince >= m_limits.stableAfter) {
        m_backoff.reset();
    }
    m_onlineSince.reset();
    return m_backoff.next();
}

void ReconnectPolicy::reset()
{
    m_onlineSince.reset();
    m_backoff.reset();
}

} // namespace sgn::xmpp
