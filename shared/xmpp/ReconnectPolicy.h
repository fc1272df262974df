// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Backoff.h"
#include "base/Clock.h"

#include <optional>

namespace sgn::xmpp {

// When to try again after a lost or refused connection: 1 s growing to 300 s with full jitter, for ever, whatever the
// reason was, because a wrong password or a missing CA file is corrected elsewhere without a notification. Pure; times
// are monotonic.
class ReconnectPolicy
{
public:
    struct Limits
    {
        std::chrono::milliseconds first{1000};
        std::chrono::milliseconds ceiling{300'000};
        // After a session of this length the server counts as healthy: the next loss starts again at `first`.
        std::chrono::milliseconds stableAfter{60'000};
    };

    ReconnectPolicy();
    explicit ReconnectPolicy(Limits limits);
    ReconnectPolicy(Limits limits, Backoff::Random random);

    void online(MonotonicTime now);
    // The wait before the next attempt, after a loss or a failed attempt.
    [[nodiscard]] std::chrono::milliseconds lost(MonotonicTime now);
    // A fresh start was requested (new account, "try now").
    void reset();
    [[nodiscard]] int failures() const { return m_backoff.failures(); }

private:
    Limits m_limits;
    Backoff m_backoff;
    std::optional<MonotonicTime> m_onlineSince;
};

} // namespace sgn::xmpp
