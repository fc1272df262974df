// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>

namespace sgn::core {

// When a message of a device was sent, as far as it is known.
struct Arrival
{
    QDateTime stamp;       // UTC; now, or the server's stamp where the server kept it
    bool isLive = true;    // false: from the archive, or delayed; no sign of being online now
    bool isBehind = false; // of the archive, read after what was sent later
};

} // namespace sgn::core
