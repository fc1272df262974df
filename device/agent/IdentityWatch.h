// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <optional>
#include <QString>

namespace sgn::agent {

// Remembers that another machine signed in as this device, as one with a copy of its card does: both then end each
// other's sessions, and reports of two machines come under one name.
class IdentityWatch
{
public:
    // `clock` outlives the object.
    explicit IdentityWatch(const Clock &clock)
        : m_clock(clock)
    {}

    // The server has just ended our session for another one.
    void replaced();
    // A sentence for the panel, for some time after the last time; empty: none. The same each time.
    [[nodiscard]] QString problem() const;

private:
    const Clock &m_clock;
    std::optional<MonotonicTime> m_last;
};

} // namespace sgn::agent
