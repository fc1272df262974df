// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <QList>
#include <sys/socket.h>
#include <vector>

namespace sgn::test {

/// Loopback ports of a test's own, for as long as it exists. No program listens, so clients are refused; a server that
/// sets SO_REUSEADDR, as Prosody does, may listen beside it.
class HeldPorts
{
public:
    /// `port` 0: one that is free.
    void hold(quint16 port = 0)
    {
        Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int on = 1;
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto *const generic = reinterpret_cast<sockaddr *>(&address);
        if (::bind(socket.get(), generic, size) == 0 && ::getsockname(socket.get(), generic, &size) == 0) {
            m_ports += ntohs(address.sin_port);
            m_sockets.push_back(std::move(socket));
        }
    }
    void clear()
    {
        m_ports.clear();
        m_sockets.clear();
    }
    /// In the order in which they were held.
    [[nodiscard]] quint16 at(qsizetype index) const { return m_ports.value(index); }

private:
    QList<quint16> m_ports;
    std::vector<Descriptor> m_sockets;
};

} // namespace sgn::test
