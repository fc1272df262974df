// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Device.h"

namespace sgn::records {

// What needs an operator at a device, if anything: the most important matter, and what to do about it. Its words are
// made by wording/Attention.h.
struct Attention
{
    enum class Level {
        None, // all is right
        Note, // good to know: an update runs, an offline device has something waiting
        Warning,
        Bad,
    };
    enum class Action { None, GetLogs, Restart, Retry };
    enum class Matter {
        Nothing,
        Conflict,
        ForeignFrom,
        CrashLoop,
        Dead,
        ReadOnly,
        DeviceProblem,
        ProcessProblem,
        UpdateFailed,
        UpdateExpired,
        Unreadable,
        NotAnswering,
        DiskFull,
        TooHot,
        ClockWrong,
        UpdateRuns,
        UpdateWaits,
    };

    Level level = Level::None;
    Matter matter = Matter::Nothing;
    Action action = Action::None;
    QString processName; // of a matter with a process

    // Counts among those that need an operator.
    [[nodiscard]] bool isNeeded() const { return level >= Level::Warning; }

    friend bool operator==(const Attention &, const Attention &) = default;
};

// Pure, and independent of the time.
[[nodiscard]] Attention attentionOf(const Device &device);

[[nodiscard]] QLatin1StringView nameOf(Attention::Level level);

} // namespace sgn::records
