// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ResendPolicy.h"

#include <algorithm>

namespace sgn::core {

namespace {

bool isOver(const ResendSituation &s, const ResendTimes &times)
{
    if (s.overFor < std::chrono::milliseconds::zero()) {
        return false;
    }
    if (s.attempts == 0) {
        return true;
    }
    if (s.state == records::TargetState::Running) {
        return s.overFor >= times.grace && s.quietFor >= times.workingGrace;
    }
    return s.overFor >= times.grace;
}

std::chrono::milliseconds patience(const ResendSituation &s, const ResendTimes &times)
{
    constexpr int maxDoublings = 16;
    return std::min(times.ceiling, times.patience * (1 << std::clamp(s.attempts - 1, 0, maxDoublings)));
}

} // namespace

ResendStep nextStep(const ResendSituation &s, const ResendTimes &times)
{
    if (isFinal(s.state) || s.isOnTheWay) {
        return ResendStep::Wait;
    }
    if (isOver(s, times)) {
        return ResendStep::Expire;
    }
    if (s.overFor >= std::chrono::milliseconds::zero()) {
        return ResendStep::Wait;
    }
    if (s.state == records::TargetState::Queued) {
        return s.attempts == 0 || s.cameBack || s.quietFor >= times.retry ? ResendStep::Send : ResendStep::Wait;
    }
    if (!s.answersRepeats || !s.deviceOnline) {
        return ResendStep::Wait;
    }
    return s.quietFor >= (s.cameBack ? times.settle : patience(s, times)) ? ResendStep::Send : ResendStep::Wait;
}

} // namespace sgn::core
