// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Device.h"

namespace sgn::core {

// The "Why" of a device: one plain reason, and what to do about it.
struct Attention
{
    enum class Level {
        None, // all is right
        Note, // good to know: an update runs, an offline device has something waiting
        Warning,
        Bad,
    };
    enum class Action { None, GetLogs, Restart, Retry };

    Level level = Level::None;
    QString reason; // plain text in the user's language
    Action action = Action::None;
    QString processName; // what Restart is about

    // Counts among those that need someone.
    [[nodiscard]] bool isNeeded() const { return level >= Level::Warning; }

    friend bool operator==(const Attention &, const Attention &) = default;
};

// The most important thing first. Pure; `now` (UTC) is only used to say how long something has lasted, never for the
// level.
[[nodiscard]] Attention attention(const records::Device &device, const QDateTime &now);
// The same without words, for counting.
[[nodiscard]] Attention::Level attentionLevel(const records::Device &device);

// "4 s", "3 min", "2 h", "5 d"; for durations under a second "now".
[[nodiscard]] QString durationText(qint64 seconds);
// "exit code 1, last heartbeat 61 s before"; empty when nothing is known.
[[nodiscard]] QString deathText(const LastExit &exit);

} // namespace sgn::core
