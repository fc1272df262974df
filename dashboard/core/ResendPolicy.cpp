// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ResendPolicy.h"

#include <algorithm>

namespace sgn::core {

using namespace std::chrono_literals;

namespace {

std::chrono::milliseconds patience(const ResendSituation &s, const ResendTimes &times)
{
    constexpr int maxDoublings = 16;
    return std::min(times.ceiling, times.patience * (1 << std::clamp(s.attempts - 1, 0, maxDoublings)));
}

} // namespace

std::optional<std::chrono::milliseconds> waitBeforeSending(const ResendSituation &s, const ResendTimes &times)
{
    if (isFinal(s.state) || s.isOnTheWay || s.overFor >= 0ms) {
        return std::nullopt;
    }
    if (s.state == records::TargetState::Queued) {
        return s.attempts == 0 || s.cameBack ? 0ms : std::max(0ms, times.retry - s.quietFor);
    }
    if (!s.answersRepeats || !s.deviceOnline) {
        return std::nullopt;
    }
    return std::max(0ms, (s.cameBack ? times.settle : patience(s, times)) - s.quietFor);
}

std::chrono::milliseconds waitBeforeExpiring(const ResendSituation &s, const ResendTimes &times)
{
    if (s.attempts == 0) {
        return 0ms;
    }
    const auto untilGrace = std::max(0ms, times.grace - s.overFor);
    return s.state == records::TargetState::Running ? std::max(untilGrace, times.workingGrace - s.quietFor)
                                                    : untilGrace;
}

ResendStep nextStep(const ResendSituation &s, const ResendTimes &times)
{
    if (isFinal(s.state) || s.isOnTheWay) {
        return ResendStep::Wait;
    }
    if (s.overFor >= 0ms) {
        return waitBeforeExpiring(s, times) == 0ms ? ResendStep::Expire : ResendStep::Wait;
    }
    return waitBeforeSending(s, times) == 0ms ? ResendStep::Send : ResendStep::Wait;
}

} // namespace sgn::core
