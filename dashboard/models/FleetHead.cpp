// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FleetHead.h"

namespace sgn::models {

FleetHead::FleetHead(Fleet &fleet, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
{
    connect(&fleet, &Fleet::summaryChanged, this, &FleetHead::changed);
    connect(&fleet, &Fleet::devicesAdded, this, &FleetHead::changed);
    connect(&fleet, &Fleet::reset, this, &FleetHead::changed);
}

} // namespace sgn::models
