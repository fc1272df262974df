// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Views.h"

namespace sgn::rollouts {

void count(WaveCounts &counts, const DeviceView &device, const Gate &gate, const QDateTime &now)
{
    ++counts.total;
    switch (device.step) {
    case DeviceStep::Waiting:
        ++(device.isOnline ? counts.waiting : counts.unreachable);
        break;
    case DeviceStep::InFlight:
        ++counts.inFlight;
        break;
    case DeviceStep::Confirmed:
        ++counts.confirmed;
        break;
    case DeviceStep::Failed:
        ++counts.failed;
        break;
    }
    if (device.step == DeviceStep::Confirmed && device.isHealthy && device.healthySince.isValid() &&
        device.healthySince.addDuration(gate.soak) <= now) {
        ++counts.soaked;
    }
    if (device.sentAt.isValid()) {
        ++counts.sent;
        const bool isGone = !device.isOnline && device.lastSeen.isValid();
        if (isGone && device.lastSeen.addDuration(vanishedAfter) <= now && device.step != DeviceStep::Failed) {
            ++counts.vanished;
        }
    }
}

} // namespace sgn::rollouts
