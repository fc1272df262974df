// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FleetHead.h"

namespace sgn::models {

FleetHead::FleetHead(core::Fleet &fleet, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
{
    connect(&fleet, &core::Fleet::summaryChanged, this, &FleetHead::changed);
    connect(&fleet, &core::Fleet::devicesAdded, this, &FleetHead::changed);
    connect(&fleet, &core::Fleet::reset, this, &FleetHead::changed);
}

} // namespace sgn::models
