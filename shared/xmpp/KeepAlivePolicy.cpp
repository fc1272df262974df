// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/KeepAlivePolicy.h"

#include <algorithm>
#include <utility>

namespace sgn::xmpp {

KeepAlivePolicy::KeepAlivePolicy(const Limits &limits)
    : m_limits(limits)
    , m_idle(limits.longest)
{}

void KeepAlivePolicy::online(MonotonicTime now)
{
    m_onlineSince = now;
}

void KeepAlivePolicy::lost(MonotonicTime now)
{
    const auto since = std::exchange(m_onlineSince, std::nullopt);
    if (!since) {
        return;
    }
    const auto lasted = now - *since;
    if (lasted >= m_limits.steadyAfter) {
        m_idle = std::min(m_idle * 2, m_limits.longest);
    } else if (lasted >= m_idle) {
        m_idle = std::max(m_idle / 2, m_limits.shortest);
    }
}

} // namespace sgn::xmpp
