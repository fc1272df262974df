// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "base/Result.h"

#include <QString>

namespace sgn::technician {

// A device on this machine: its folder, and where its watchdog listens.
struct Place
{
    DeviceTree tree;
    QString socket;   // control socket
    quint16 port = 0; // UDP, of heartbeats
};

// Makes this process one of the account that owns the device's folder, as agent and processes are: root becomes it, and
// that account stays as it is. To be called before anything of the device is opened. NotFound when there is no such
// folder, Refused for another user, both with the cure.
[[nodiscard]] Outcome enterPlace(const Place &place);

// Who uses this program, as it is known by sudo(8) or by the account; taken before enterPlace().
[[nodiscard]] QString nameOfUser();

} // namespace sgn::technician
