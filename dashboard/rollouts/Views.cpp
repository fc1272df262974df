// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Views.h"

namespace sgn::rollouts {

namespace {

// Until when failures count no more; invalid: all of them count.
QDateTime forgivenUntil(const Rollout &rollout)
{
    const QDateTime stopped = rollout.progress.stoppedAt;
    return stopped.isValid() && rollout.wish.since > stopped ? rollout.wish.since : QDateTime();
}

} // namespace

void count(WaveCounts &counts, const DeviceView &device, const Rollout &rollout, const QDateTime &now)
{
    const QDateTime forgiven = forgivenUntil(rollout);
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
        counts.forgivenFailed += forgiven.isValid() && device.lastFailure <= forgiven ? 1 : 0;
        break;
    }
    if (device.step == DeviceStep::Confirmed && device.isHealthy && device.healthySince.isValid() &&
        device.healthySince.addDuration(rollout.plan.gate.soak) <= now) {
        ++counts.soaked;
    }
    if (device.sentAt.isValid()) {
        ++counts.sent;
        const bool isGone = !device.isOnline && device.lastSeen.isValid();
        if (isGone && device.lastSeen.addDuration(vanishedAfter) <= now && device.step != DeviceStep::Failed) {
            ++counts.vanished;
            counts.forgivenVanished += forgiven.isValid() && device.lastSeen <= forgiven ? 1 : 0;
        }
    }
}

} // namespace sgn::rollouts
