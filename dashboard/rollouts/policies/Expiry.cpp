// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

Verdict expiry(const RolloutView &rollout, const DeviceView &)
{
    const QDateTime end = rollout.rollout.plan.notAfter;
    return end.isValid() && rollout.now >= end
               ? Verdict::stop(records::FactCode::RolloutExpired, {end.toString(Qt::ISODate)})
               : Verdict::go();
}

} // namespace sgn::rollouts
