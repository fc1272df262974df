// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "update/UpdateState.h"

#include <optional>

namespace sgn::update {

// Thins progress out to at most one message per second and per 5 % (protocol section 3). A change of
// state counts as 5 %.
class ProgressGate
{
public:
    [[nodiscard]] bool allow(State state, int percent, MonotonicTime now);
    // The next one is allowed whatever it is: a panel may not have received the last.
    void repeat() { m_isUnknown = true; }

private:
    struct Sent
    {
        State state;
        int percent;
        MonotonicTime at;
    };
    std::optional<Sent> m_last;
    bool m_isUnknown = false;
};

} // namespace sgn::update
