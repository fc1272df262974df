// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

Verdict inFlightLimit(const RolloutView &rollout, const DeviceView &)
{
    const int most = rollout.rollout.plan.inFlight;
    return rollout.all.inFlight < most ? Verdict::go()
                                       : Verdict::wait(records::FactCode::RolloutSlots, {QString::number(most)});
}

} // namespace sgn::rollouts
