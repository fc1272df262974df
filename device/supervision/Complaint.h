// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <QString>

namespace sgn::supervision {

// What is wrong with all that a process has sent since its last heartbeat. One such datagram may come before its
// program has its numbers together; more than one, for some seconds, is how it is.
class Complaint
{
public:
    static constexpr MonotonicTime patience = std::chrono::seconds(2);

    // Whether text() or isLasting() changed.
    [[nodiscard]] bool raise(const QString &text, MonotonicTime now);
    void clear();

    // A sentence; empty: nothing is wrong.
    [[nodiscard]] const QString &text() const { return m_text; }
    // The same has come again after `patience`.
    [[nodiscard]] bool isLasting() const { return m_isLasting; }

private:
    QString m_text;
    MonotonicTime m_since{};
    bool m_isLasting = false;
};

} // namespace sgn::supervision
