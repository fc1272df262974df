// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/NetworkWatch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <optional>
#include <QRandomGenerator>
#include <sys/socket.h>

namespace sgn::xmpp {

namespace {

constexpr std::size_t maxDatagram = 32 * 1024;

Descriptor openSocket()
{
    Descriptor descriptor(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
    const auto *const generic = reinterpret_cast<const sockaddr *>(&address);
    return descriptor.isValid() && ::bind(descriptor.get(), generic, sizeof address) == 0 ? std::move(descriptor)
                                                                                          : Descriptor();
}

template <typename Body>
std::optional<Body> bodyOf(QByteArrayView payload)
{
    if (payload.size() < static_cast<qsizetype>(sizeof(Body))) {
        return std::nullopt;
    }
    Body body{};
    std::memcpy(&body, payload.data(), sizeof body);
    return body;
}

bool saysNetwork(quint16 type, QByteArrayView payload, QHash<int, bool> &carriers)
{
    if (type == RTM_NEWADDR) {
        const auto address = bodyOf<ifaddrmsg>(payload);
        return address && address->ifa_scope != RT_SCOPE_HOST;
    }
    if (type == RTM_NEWROUTE) {
        const auto route = bodyOf<rtmsg>(payload);
        return route && route->rtm_dst_len == 0 && route->rtm_type == RTN_UNICAST;
    }
    const auto link = type == RTM_NEWLINK || type == RTM_DELLINK ? bodyOf<ifinfomsg>(payload) : std::nullopt;
    if (!link) {
        return false;
    }
    if (type == RTM_DELLINK) {
        carriers.remove(link->ifi_index);
        return false;
    }
    // The kernel repeats these messages for other reasons: only an interface that was seen without a carrier gains one.
    const bool isRunning = (link->ifi_flags & IFF_RUNNING) != 0;
    const bool wasRunning = carriers.value(link->ifi_index, true);
    carriers.insert(link->ifi_index, isRunning);
    return isRunning && !wasRunning;
}

} // namespace

bool bringsNetwork(QByteArrayView messages, QHash<int, bool> &carriers)
{
    bool brings = false;
    while (const auto header = bodyOf<nlmsghdr>(messages)) {
        const auto length = static_cast<qsizetype>(header->nlmsg_len);
        if (length < NLMSG_HDRLEN || length > messages.size()) {
            break;
        }
        brings |= saysNetwork(header->nlmsg_type, messages.sliced(NLMSG_HDRLEN, length - NLMSG_HDRLEN), carriers);
        messages = messages.sliced(std::min(static_cast<qsizetype>(NLMSG_ALIGN(header->nlmsg_len)), messages.size()));
    }
    return brings;
}

NetworkWatch::NetworkWatch(Jitter jitter, QObject *parent)
    : QObject(parent)
    , m_jitter(jitter)
    , m_socket(openSocket())
{
    m_tell.setSingleShot(true);
    connect(&m_tell, &QTimer::timeout, this, &NetworkWatch::came);
    if (m_socket.isValid()) {
        m_notifier = std::make_unique<QSocketNotifier>(m_socket.get(), QSocketNotifier::Read);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &NetworkWatch::read);
    }
}

void NetworkWatch::read()
{
    bool brings = false;
    std::array<char, maxDatagram> buffer{};
    for (;;) {
        sockaddr_nl from{};
        socklen_t fromSize = sizeof from;
        const ssize_t n =
            ::recvfrom(m_socket.get(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr *>(&from), &fromSize);
        if (n < 0 && errno == ENOBUFS) {
            brings = true; // more than fits has happened
            continue;
        }
        if (n <= 0) {
            break;
        }
        if (from.nl_pid == 0) { // the kernel
            brings |= bringsNetwork(QByteArrayView(buffer.data(), static_cast<qsizetype>(n)), m_carriers);
        }
    }
    if (brings && !m_tell.isActive()) {
        const auto spread = static_cast<double>((m_jitter.longest - m_jitter.shortest).count());
        m_tell.start(m_jitter.shortest + std::chrono::milliseconds(static_cast<qint64>(
                                             spread * QRandomGenerator::global()->generateDouble())));
    }
}

} // namespace sgn::xmpp
