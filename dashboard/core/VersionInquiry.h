// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <QHash>
#include <QStringList>

namespace sgn::core {

// Which devices were asked for a version report and haven't answered yet. Pure: gets events, returns what follows.
class VersionInquiry
{
public:
    struct Times
    {
        // A device that hasn't answered after this long is "not answering".
        std::chrono::milliseconds answerWithin{30'000};
        // How often a device is asked although nothing happened: a modern one, one that knows only the
        // seed, and one that doesn't answer.
        std::chrono::milliseconds modern{3'600'000};
        std::chrono::milliseconds old{300'000};
        std::chrono::milliseconds silent{120'000};
    };

    explicit VersionInquiry(const Times &times);

    // The question went out; a second one while one is open doesn't give it more time.
    void asked(const QString &jid, MonotonicTime now);
    void answered(const QString &jid);
    // It went offline, so it owes no answer.
    void forget(const QString &jid);
    void forgetAll();

    // Those whose time is over, once each.
    [[nodiscard]] QStringList takeOverdue(MonotonicTime now);
    // Whether it is time to ask a device that is online.
    [[nodiscard]] bool isDue(const QString &jid, bool isModern, bool notAnswering, MonotonicTime now) const;

private:
    Times m_times;
    QHash<QString, MonotonicTime> m_open; // first question without an answer
    QHash<QString, MonotonicTime> m_last; // last question
};

} // namespace sgn::core
