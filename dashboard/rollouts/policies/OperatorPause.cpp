// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

// And whatever else isn't running.
Verdict operatorPause(const RolloutView &rollout, const DeviceView &)
{
    const Rollout &it = rollout.rollout;
    if (it.state() == RolloutState::Running) {
        return Verdict::go();
    }
    if (it.state() == RolloutState::Stopped) {
        Verdict verdict = Verdict::wait(records::FactCode::RolloutStopped);
        verdict.why += it.progress.why;
        return verdict;
    }
    return it.state() == RolloutState::Paused ? Verdict::wait(records::FactCode::RolloutPaused, {it.wish.by})
                                              : Verdict::wait(records::FactCode::RolloutEnded);
}

} // namespace sgn::rollouts
