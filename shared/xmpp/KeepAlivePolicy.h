// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <optional>

namespace sgn::xmpp {

// How long a connection may be quiet before TCP probes it (RFC 1122 section 4.2.3.6). Routers on the way forget a quiet
// connection (NAT), some after minutes only, others sooner, and each probe costs bytes that a mobile network charges
// for. So it begins long, halves after a connection that was lost although it was probed, and doubles after one that
// has lasted. Pure; times are monotonic.
class KeepAlivePolicy
{
public:
    struct Limits
    {
        std::chrono::seconds longest{240};
        std::chrono::seconds shortest{60};
        // A connection of this length shows that the network bears the present time.
        std::chrono::seconds steadyAfter{std::chrono::hours(24)};
    };

    explicit KeepAlivePolicy(const Limits &limits);

    // For the next connection.
    [[nodiscard]] std::chrono::seconds idle() const { return m_idle; }

    void online(MonotonicTime now);
    // Not for a connection that was closed on purpose.
    void lost(MonotonicTime now);

private:
    Limits m_limits;
    std::chrono::seconds m_idle;
    std::optional<MonotonicTime> m_onlineSince;
};

} // namespace sgn::xmpp
