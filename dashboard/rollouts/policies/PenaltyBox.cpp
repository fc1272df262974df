// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

// One that fails again and again is left alone for a day, so that it doesn't use up the limit of failures.
Verdict penaltyBox(const RolloutView &rollout, const DeviceView &device)
{
    constexpr int most = 3;
    constexpr std::chrono::hours out{24};
    const QDateTime until = device.lastFailure.isValid() ? device.lastFailure.addDuration(out) : QDateTime();
    return device.failures >= most && until.isValid() && rollout.now < until
               ? Verdict::wait(records::FactCode::RolloutPenalty, {QString::number(device.failures)}, until)
               : Verdict::go();
}

} // namespace sgn::rollouts
