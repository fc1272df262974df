// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

// A network that isn't known may cost money.
Verdict networkKind(const RolloutView &rollout, const DeviceView &device)
{
    const QStringList &allowed = rollout.rollout.plan.networks;
    if (allowed.isEmpty() || allowed.contains(device.network, Qt::CaseInsensitive)) {
        return Verdict::go();
    }
    QStringList values{device.network};
    values += allowed.join(u", ");
    return Verdict::wait(records::FactCode::RolloutNetwork, values);
}

} // namespace sgn::rollouts
