// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "system/UdpSockets.h"

#include <functional>
#include <QList>
#include <sys/types.h>

namespace sgn::supervision {

// Where a heartbeat came from, as far as the kernel shows it.
struct HeartbeatSender
{
    // Sockets that it can have come from; none when the sender has closed its own already.
    QList<system::UdpSocket> sockets;
    // A packet filter lets only root's and the owner's datagrams through (system::PortGuard).
    bool othersAreKeptAway = false;
    // Looks for the sockets anew.
    std::function<QList<system::UdpSocket>()> lookAgain = [] {
        return QList<system::UdpSocket>();
    };
};

// Who has sent a heartbeat, and so what it can count for.
enum class Attestation {
    Process,  // the process, a member of its session or one of its children
    User,     // root, or a process of the owner's that can't be named: what it claims is compared with /proc
    Unknown,  // cannot be known any more: a sign of life at best
    Stranger, // another process
};

// What a heartbeat counted for.
enum class Credit {
    Full,
    Life, // a sign of life, but not its version, nor does it confirm a start
};

// What attestationOf() decides by.
struct SenderFacts
{
    QList<uid_t> users;             // of the sockets
    bool isHeldByProcess = false;   // one of them belongs to the process, its session or its children
    bool isStillThere = false;      // one of them exists still, after the processes have been looked at
    bool othersAreKeptAway = false; // see HeartbeatSender
};

// `owner` is who the meter's processes run as, `self` who the watchdog runs as: it counts as root does, because it can
// do to the processes what it likes.
[[nodiscard]] Attestation attestationOf(const SenderFacts &facts, uid_t owner, uid_t self);

} // namespace sgn::supervision
