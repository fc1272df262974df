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
    // The next one is news, whatever it is: somebody may not have heard the last.
    void repeat() { m_isUnheard = true; }

private:
    struct Told
    {
        State state;
        int percent;
        MonotonicTime at;
    };
    std::optional<Told> m_last;
    bool m_isUnheard = false;
};

} // namespace sgn::update
