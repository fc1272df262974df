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

QString textOf(const QDateTime &time)
{
    return time.toString(Qt::ISODate);
}

} // namespace

bool holdsPlace(const DeviceView &device, const QDateTime &now)
{
    return device.step == DeviceStep::InFlight &&
           !(device.absentSince.isValid() && device.absentSince.addDuration(placeKeptFor) <= now);
}

records::Facts absenceOf(const RolloutView &rollout, const DeviceView &device)
{
    if (device.step != DeviceStep::InFlight || !device.absentSince.isValid() || !device.sentAt.isValid()) {
        return {};
    }
    // It was online when it was sent to, also where another desk did that.
    const bool isSeenSince = device.lastSeen.isValid() && device.lastSeen > device.sentAt;
    const QString seen = textOf(isSeenSince ? device.lastSeen : device.sentAt);
    if (isEnded(rollout.rollout.state())) { // no other device starts, with or without a place
        return {{records::FactCode::RolloutAbsent, {seen}}};
    }
    if (!holdsPlace(device, rollout.now)) {
        return {{records::FactCode::RolloutPlaceFree, {seen}}};
    }
    return {{records::FactCode::RolloutPlaceKept, {seen, textOf(device.absentSince.addDuration(placeKeptFor))}}};
}

void count(WaveCounts &counts, const DeviceView &device, const Rollout &rollout, const QDateTime &now)
{
    const QDateTime forgiven = forgivenUntil(rollout);
    ++counts.total;
    switch (device.step) {
    case DeviceStep::Waiting:
        ++(device.isOnline ? counts.waiting : counts.unreachable);
        break;
    case DeviceStep::InFlight:
        ++(holdsPlace(device, now) ? counts.inFlight : counts.absent);
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
        // A desk that is new may never have seen it.
        const QDateTime seen = device.lastSeen.isValid() ? device.lastSeen : device.absentSince;
        const bool isGone = !device.isOnline && seen.isValid();
        if (isGone && seen.addDuration(vanishedAfter) <= now && device.step != DeviceStep::Failed) {
            ++counts.vanished;
            counts.forgivenVanished += forgiven.isValid() && seen <= forgiven ? 1 : 0;
        }
    }
}

} // namespace sgn::rollouts
