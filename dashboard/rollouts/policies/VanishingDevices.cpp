// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

// A release that takes devices off the network reports no failure.
Verdict vanishingDevices(const RolloutView &rollout, const DeviceView &)
{
    const RolloutPlan &plan = rollout.rollout.plan;
    const WaveCounts &all = rollout.all;
    const bool isWaveSent = rollout.wave.waiting == 0;
    const int vanished = all.vanished - all.forgivenVanished;
    if (vanished == 0 || (all.sent < plan.gate.sample && !isWaveSent)) {
        return Verdict::go();
    }
    return plan.stop.vanished.isExceededBy(vanished, all.sent)
               ? Verdict::stop(records::FactCode::RolloutVanished,
                               {QString::number(vanished), QString::number(all.sent), plan.stop.vanished.text()})
               : Verdict::go();
}

} // namespace sgn::rollouts
