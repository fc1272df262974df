// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/LocalWindow.h"
#include "rollouts/Policies.h"

namespace sgn::rollouts {

namespace {

// The next moment at which the local time is that of the window's begin.
QDateTime nextBegin(const QDateTime &localNow, const QTime &from)
{
    const QDateTime today(localNow.date(), from, Qt::UTC);
    return today > localNow ? today : today.addDays(1);
}

} // namespace

// At the device's local time. One that fetches the release before and waits itself is known by its clock, which it
// reports.
Verdict maintenanceWindow(const RolloutView &rollout, const DeviceView &device)
{
    const std::optional<Window> &window = rollout.rollout.plan.window;
    if (!window || (window->isDownloadAnytime && device.utcOffset)) {
        return Verdict::go();
    }
    const int offset = device.utcOffset.value_or(window->utcOffset);
    // Local time, written as if it were UTC: time zones of this machine have nothing to do with it.
    const QDateTime local = rollout.now.addSecs(offset);
    if (LocalWindow{window->from, window->to}.isOpenAt(local.time())) {
        return Verdict::go();
    }
    return Verdict::wait(records::FactCode::RolloutWindow,
                         {window->from.toString(u"HH:mm"), window->to.toString(u"HH:mm")},
                         nextBegin(local, window->from).addSecs(-offset));
}

} // namespace sgn::rollouts
