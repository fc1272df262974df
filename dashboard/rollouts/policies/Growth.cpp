// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

#include <algorithm>

namespace sgn::rollouts {

Verdict growth(const RolloutView &rollout, const DeviceView &)
{
    const std::optional<Growth> &plan = rollout.rollout.plan.growth;
    if (!plan) {
        return Verdict::go();
    }
    // Doubled after each so many successes, so that the next step takes as many rounds as this one.
    const int most = rollout.rollout.plan.inFlight;
    int allowed = plan->first;
    int needed = plan->doubleAfter;
    for (int successes = rollout.all.confirmed; successes >= needed && allowed < most; needed *= 2) {
        successes -= needed;
        allowed = std::min(allowed * 2, most);
    }
    return rollout.all.inFlight < allowed
               ? Verdict::go()
               : Verdict::wait(records::FactCode::RolloutGrowth,
                               {QString::number(allowed), QString::number(rollout.all.confirmed)});
}

} // namespace sgn::rollouts
