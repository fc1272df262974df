// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"

#include <QByteArray>
#include <QList>
#include <sys/types.h>

namespace sgn::system {

// A UDP socket of this machine, as the kernel names it.
struct UdpSocket
{
    uid_t user = 0; // who made it
    quint64 inode = 0;

    friend bool operator==(const UdpSocket &, const UdpSocket &) = default;
};

// Finds the sender of a datagram that came over the loopback device, by its port (sock_diag(7); /proc/net where the
// kernel has no module for that). One request for each address family, some microseconds together.
class UdpSockets
{
public:
    UdpSockets();

    // The sockets that are bound to the port now, on any address: one can send from the address of another. Empty when
    // the sender has closed its socket; several when they share the port (SO_REUSEADDR, or different addresses).
    [[nodiscard]] QList<UdpSocket> at(quint16 port) const;

private:
    Descriptor m_netlink; // invalid: /proc/net is read
};

// The sockets of the port in the text of /proc/net/udp or /proc/net/udp6; lines that can't be read are left out.
[[nodiscard]] QList<UdpSocket> parseUdpTable(const QByteArray &text, quint16 port);

} // namespace sgn::system
