// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/FleetSummary.h"

#include "records/Attention.h"
#include "records/Device.h"

namespace sgn::core {

FleetShare shareOf(const records::Device &device)
{
    return {true, device.online, device.deadCount(), device.isUpdating(), attentionOf(device).isNeeded()};
}

void replace(FleetSummary &summary, const FleetShare &before, const FleetShare &now)
{
    const auto count = [](int &number, bool was, bool is) {
        number += (is ? 1 : 0) - (was ? 1 : 0);
    };
    count(summary.total, before.isCounted, now.isCounted);
    count(summary.online, before.online, now.online);
    count(summary.devicesWithDead, before.dead > 0, now.dead > 0);
    count(summary.updating, before.updating, now.updating);
    count(summary.needAttention, before.attention, now.attention);
    summary.deadProcesses += now.dead - before.dead;
    summary.offline = summary.total - summary.online;
}

} // namespace sgn::core
