// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

// A share counts when enough devices have ended, or all of the wave that can be reached: of three first ones none may
// be enough.
Verdict failureLimit(const RolloutView &rollout, const DeviceView &)
{
    const RolloutPlan &plan = rollout.rollout.plan;
    const WaveCounts &all = rollout.all;
    const bool isWaveOver = rollout.wave.inFlight == 0 && rollout.wave.waiting == 0;
    const int failed = all.failed - all.forgivenFailed;
    const int ended = all.ended() - all.forgivenFailed;
    if (failed == 0 || (ended < plan.gate.sample && !isWaveOver)) {
        return Verdict::go();
    }
    return plan.stop.failed.isExceededBy(failed, ended)
               ? Verdict::stop(records::FactCode::RolloutFailures,
                               {QString::number(failed), QString::number(ended), plan.stop.failed.text()})
               : Verdict::go();
}

} // namespace sgn::rollouts
