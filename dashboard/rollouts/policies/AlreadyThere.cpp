// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

Verdict alreadyThere(const RolloutView &rollout, const DeviceView &device)
{
    const bool isThere = device.hasRelease && device.step == DeviceStep::Waiting && !rollout.rollout.release.force;
    return isThere ? Verdict::skip(records::FactCode::RolloutAlreadyThere) : Verdict::go();
}

} // namespace sgn::rollouts
