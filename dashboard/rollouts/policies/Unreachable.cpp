// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

Verdict unreachable(const RolloutView &, const DeviceView &device)
{
    return device.isOnline ? Verdict::go() : Verdict::wait(records::FactCode::RolloutUnreachable);
}

} // namespace sgn::rollouts
