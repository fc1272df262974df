// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/CommandState.h"

#include <chrono>
#include <optional>

namespace sgn::core {

// When an unanswered command is given to the server (again). A server that took a command may still lose it
// silently, so it is sent again under the same number; devices answer a repeat from their record. A device that knows
// only the seed might execute a repeat, so it gets one only when the server never took the first.
struct ResendSituation
{
    records::TargetState state = records::TargetState::Queued;
    int attempts = 0;
    bool isOnTheWay = false; // given to the server, not acknowledged yet
    bool deviceOnline = false;
    bool answersRepeats = false; // knows more than the seed
    bool cameBack = false;       // device or panel had a new session since the last message either way
    // Since the last message either way, or since one of them came back.
    std::chrono::milliseconds quietFor{0};
    // Since the time was over; negative: it isn't.
    std::chrono::milliseconds overFor{-1};
};

enum class ResendStep { Wait, Send, Expire };

struct ResendTimes
{
    // Between a failed hand-over and the next.
    std::chrono::milliseconds retry{5'000};
    // What was kept for a device gets this long to arrive and be answered after it came back.
    std::chrono::milliseconds settle{10'000};
    // Silence of a device that is online; doubles with every attempt up to `ceiling`.
    std::chrono::milliseconds patience{60'000};
    std::chrono::milliseconds ceiling{900'000};
    // A late answer may still be on its way; a device that just reported progress gets longer.
    std::chrono::milliseconds grace{120'000};
    std::chrono::milliseconds workingGrace{600'000};
};

[[nodiscard]] ResendStep nextStep(const ResendSituation &situation, const ResendTimes &times = {});

// After how long of more quiet it is to be sent; zero: now; nullopt: not before something else happens.
[[nodiscard]] std::optional<std::chrono::milliseconds> waitBeforeSending(const ResendSituation &situation,
                                                                         const ResendTimes &times = {});

// How long to wait until the end of its time can have an effect; zero: it may have one now. Only when the time is over.
[[nodiscard]] std::chrono::milliseconds waitBeforeExpiring(const ResendSituation &situation,
                                                           const ResendTimes &times = {});

} // namespace sgn::core
