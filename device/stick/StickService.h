// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "base/Result.h"
#include "crypto/PublicKey.h"
#include "system/UserAccount.h"

#include <functional>
#include <QDateTime>
#include <QList>
#include <QString>

namespace sgn::stick {

// The device that a stick is plugged into.
struct StickDevice
{
    DeviceTree tree;
    system::UserAccount owner{}; // of the tree; what is below it is read and written with this account's rights
    QString id;                  // rpi_unique_id; empty where the configuration can't be read
    QString jid;
    // Those that sign releases, or why they aren't known. Without any the device takes nothing from a stick.
    Result<QList<PublicKey>> releaseKeys;
    std::function<QDateTime()> now = [] {
        return QDateTime::currentDateTimeUtc();
    };
    // What stays free on the card for logs, journals and unpacking.
    qint64 reservedBytes = qint64{64} * 1024 * 1024;
};

// How the stick came to notice.
enum class Arrival {
    PluggedIn, // just now, by a person: an order that has been carried out already is carried out again
    Found,     // when the watchdog started, or after a result became ready
};

// What was done, with a sentence for the log; the sentence is empty for Nothing.
struct Served
{
    enum class Kind {
        Nothing,    // the stick isn't for us, or all has been done
        Waiting,    // the agent is still at work on what a stick has brought
        HandedOver, // releases lie ready for the agent
        Refused,    // the reason is on the stick, if it takes writes
        Written,    // the result is on the stick
    };
    Kind kind = Kind::Nothing;
    QString sentence;
};

// Does what is to be done now with the stick at `place` (StickMount.h): writes a result to it that is ready, or takes
// its order. An order counts only if each release in it was signed for a component of this device by one of the
// release keys; then the zips are copied, compared with what was signed, and handed to the agent
// (control/StickHandover.h), which checks all of it again and installs it. Every other order is refused, with the
// reason in a result on the stick.
//
// Everything it knows is on the disk: it can be killed at any moment and called again. Blocks for as long as the stick
// does, so it runs in a process of its own. Busy (another such process runs); Io, NoSpace: the stick was pulled out, is
// full or takes no writes, and a result stays on the device until another try.
[[nodiscard]] Result<Served> serveStick(const StickDevice &device, const QString &place, Arrival arrival);

} // namespace sgn::stick
