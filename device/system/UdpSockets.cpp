// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/UdpSockets.h"

#include "system/ProcFs.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>

namespace sgn::system {

namespace {

// Selects one local port: at least it, and at most it. Each comparison is followed by a word with the port; `no` leads
// behind the end, which means "not this socket".
struct PortFilter
{
    explicit PortFilter(quint16 port)
        : words{{{INET_DIAG_BC_S_GE, 8, 20}, {0, 0, port}, {INET_DIAG_BC_S_LE, 8, 12}, {0, 0, port}}}
    {}

    std::array<inet_diag_bc_op, 4> words;
};

struct PortRequest
{
    PortRequest(unsigned char family, quint16 port)
        : filter(port)
    {
        header.nlmsg_len = sizeof(PortRequest);
        header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
        header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        body.sdiag_family = family;
        body.sdiag_protocol = IPPROTO_UDP;
        body.idiag_states = ~0U;
        attribute.rta_type = INET_DIAG_REQ_BYTECODE;
        attribute.rta_len = sizeof(rtattr) + sizeof(PortFilter);
    }

    nlmsghdr header{};
    inet_diag_req_v2 body{};
    rtattr attribute{};
    PortFilter filter;
};
static_assert(sizeof(PortRequest) == sizeof(nlmsghdr) + sizeof(inet_diag_req_v2) + sizeof(rtattr) + sizeof(PortFilter));

// Takes the sockets of one reply; returns false when it was the last. An error ends it as well.
bool takeReply(const char *bytes, std::size_t size, QList<UdpSocket> &found, bool &failed)
{
    for (std::size_t at = 0; size - at >= sizeof(nlmsghdr);) {
        nlmsghdr header{};
        std::memcpy(&header, bytes + at, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > size - at) {
            break;
        }
        if (header.nlmsg_type == NLMSG_DONE) {
            return false;
        }
        if (header.nlmsg_type == NLMSG_ERROR) {
            failed = true;
            return false;
        }
        if (header.nlmsg_len >= NLMSG_LENGTH(sizeof(inet_diag_msg))) {
            inet_diag_msg socket{};
            std::memcpy(&socket, bytes + at + NLMSG_HDRLEN, sizeof socket);
            found += {socket.idiag_uid, socket.idiag_inode};
        }
        at += std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), size - at);
    }
    return true;
}

// nullopt if the kernel doesn't answer that. The answer is there when the request has been sent.
std::optional<QList<UdpSocket>> request(int netlink, unsigned char family, quint16 port)
{
    const PortRequest request(family, port);
    if (::send(netlink, &request, sizeof request, 0) != static_cast<ssize_t>(sizeof request)) {
        return std::nullopt;
    }
    QList<UdpSocket> found;
    bool failed = false;
    std::array<char, 16 * 1024> buffer{};
    for (bool more = true; more;) {
        const ssize_t size = ::recv(netlink, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size <= 0) {
            return std::nullopt;
        }
        more = takeReply(buffer.data(), static_cast<std::size_t>(size), found, failed);
    }
    return failed ? std::nullopt : std::optional(found);
}

} // namespace

UdpSockets::UdpSockets()
    : m_netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG))
{
    // A kernel without the module refuses the first request already.
    if (!m_netlink.isValid() || !request(m_netlink.get(), AF_INET, 1)) {
        m_netlink = Descriptor();
    }
}

QList<UdpSocket> UdpSockets::at(quint16 port) const
{
    if (m_netlink.isValid()) {
        const auto four = request(m_netlink.get(), AF_INET, port);
        // One of version 6 sends to an address of version 4, too. A kernel without it has none.
        const auto six = request(m_netlink.get(), AF_INET6, port);
        if (four) {
            return *four + six.value_or(QList<UdpSocket>());
        }
    }
    return parseUdpTable(readProcFile("/proc/self/net/udp"), port) +
           parseUdpTable(readProcFile("/proc/self/net/udp6"), port);
}

QList<UdpSocket> parseUdpTable(const QByteArray &text, quint16 port)
{
    // "sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode ...", addresses as HEX:PORT.
    constexpr qsizetype local = 1;
    constexpr qsizetype user = 7;
    constexpr qsizetype inode = 9;
    QList<UdpSocket> found;
    for (const QByteArray &line : text.split('\n')) {
        const QByteArrayList fields = line.simplified().split(' ');
        if (fields.size() <= inode) {
            continue;
        }
        std::array<bool, 3> ok{};
        const QByteArray &address = fields[local];
        const auto boundTo = address.mid(address.lastIndexOf(':') + 1).toUShort(&ok[0], 16);
        const UdpSocket socket{fields[user].toUInt(&ok[1]), fields[inode].toULongLong(&ok[2])};
        if (ok[0] && ok[1] && ok[2] && boundTo == port) {
            found += socket;
        }
    }
    return found;
}

} // namespace sgn::system
