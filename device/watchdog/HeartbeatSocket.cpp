// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/HeartbeatSocket.h"

#include "base/SystemError.h"
#include "protocol/Json.h"
#include "watchdog/Logging.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

namespace {

// One more than allowed, so that a longer one is seen to be too long.
constexpr std::size_t slotSize = static_cast<std::size_t>(maxDatagramSize) + 1;
// Read at once, after which other events get their turn.
constexpr std::size_t batchSize = 32;

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// A flood fills the queue faster than we read. The longer the queue, the better a true heartbeat's chance of a place.
void enlargeQueue(int socket)
{
    const int size = 2 * 1024 * 1024;
    if (::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
        ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
}

} // namespace

Result<std::unique_ptr<HeartbeatSocket>> HeartbeatSocket::open(quint16 port, uid_t owner, const Clock &clock)
{
    Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address = loopback(port);
    socklen_t length = sizeof address;
    auto *const generic = reinterpret_cast<sockaddr *>(&address);
    if (!socket.isValid() || ::bind(socket.get(), generic, length) != 0 ||
        ::getsockname(socket.get(), generic, &length) != 0) {
        return fail(systemError(u"cannot listen for heartbeats on 127.0.0.1:%1"_s.arg(port), errno));
    }
    enlargeQueue(socket.get());
    return std::unique_ptr<HeartbeatSocket>(
        new HeartbeatSocket(std::move(socket), ntohs(address.sin_port), owner, clock));
}

HeartbeatSocket::HeartbeatSocket(Descriptor socket, quint16 port, uid_t owner, const Clock &clock)
    : m_socket(std::move(socket))
    , m_port(port)
    , m_clock(clock)
    , m_notifier(m_socket.get(), QSocketNotifier::Read)
    , m_buffer(batchSize * slotSize)
    , m_guard(port, owner, clock)
    , m_logLimit(5, std::chrono::minutes(1))
    , m_replyLimit(100, std::chrono::seconds(1))
    , m_unreadableLimit(10, std::chrono::seconds(1))
{
    m_notifier.setEnabled(false);
    connect(&m_notifier, &QSocketNotifier::activated, this, &HeartbeatSocket::read);
}

void HeartbeatSocket::serve(OnHeartbeat onHeartbeat, Reports reports, OnUnreadable onUnreadable)
{
    m_onUnreadable = std::move(onUnreadable);
    m_onHeartbeat = std::move(onHeartbeat);
    m_reports = std::move(reports);
    m_notifier.setEnabled(true);
}

void HeartbeatSocket::read()
{
    std::array<mmsghdr, batchSize> messages{};
    std::array<iovec, batchSize> slots{};
    std::array<sockaddr_in, batchSize> senders{};
    for (std::size_t i = 0; i < batchSize; ++i) {
        slots[i] = {m_buffer.data() + i * slotSize, slotSize};
        messages[i].msg_hdr.msg_iov = &slots[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &senders[i];
        messages[i].msg_hdr.msg_namelen = sizeof senders[i];
    }
    const int count = ::recvmmsg(m_socket.get(), messages.data(), batchSize, MSG_DONTWAIT, nullptr);
    const MonotonicTime now = m_clock.monotonic();
    for (int i = 0; i < count; ++i) {
        const auto index = static_cast<std::size_t>(i);
        const auto size = static_cast<qsizetype>(messages[index].msg_len);
        handle(QByteArray::fromRawData(m_buffer.data() + index * slotSize, size), senders[index], now);
    }
    if (count < static_cast<int>(batchSize)) {
        m_guard.everythingWasRead();
    }
}

void HeartbeatSocket::handle(const QByteArray &datagram, const sockaddr_in &sender, MonotonicTime now)
{
    const quint16 port = ntohs(sender.sin_port);
    if (datagram.isEmpty()) {
        return; // of PortGuard
    }
    switch (m_filter.judge(datagram, port, now)) {
    case DatagramFilter::Verdict::Known:
        take(datagram, m_filter.heartbeatOf(datagram), port, now);
        return;
    case DatagramFilter::Verdict::Repeat:
        return;
    case DatagramFilter::Verdict::SignOfLife: {
        // As if its sender could no longer be found.
        supervision::HeartbeatSender unknown;
        (void)m_onHeartbeat(m_filter.heartbeatOf(datagram), unknown);
        return;
    }
    case DatagramFilter::Verdict::TooMany:
        ++m_refused;
        return;
    case DatagramFilter::Verdict::New:
        break;
    }
    const auto parsed = parseDatagram(datagram);
    if (!parsed) {
        if (m_onUnreadable && m_unreadableLimit.allow(now)) {
            m_onUnreadable(senderAt(port), processNameIn(datagram), parsed.error().message);
        }
        refuse(u"ignored a datagram: "_s + parsed.error().message);
    } else if (const auto *const heartbeat = std::get_if<Heartbeat>(&*parsed)) {
        take(datagram, *heartbeat, port, now);
    } else {
        replyWithVersions(sender);
    }
}

supervision::HeartbeatSender HeartbeatSocket::senderAt(quint16 port)
{
    supervision::HeartbeatSender sender;
    sender.sockets = m_sockets.at(port);
    sender.othersAreKeptAway = m_guard.isClosed();
    sender.lookAgain = [this, port] {
        return m_sockets.at(port);
    };
    return sender;
}

void HeartbeatSocket::take(const QByteArray &datagram, const Heartbeat &heartbeat, quint16 sender, MonotonicTime now)
{
    const auto credit = m_onHeartbeat(heartbeat, senderAt(sender));
    if (!credit) {
        m_filter.refused(datagram, sender);
        refuse(u"refused a heartbeat of \"%1\": %2"_s.arg(heartbeat.processName, credit.error().message));
    } else if (*credit == supervision::Credit::Full) {
        m_filter.accepted(datagram, heartbeat, sender, now);
    } else {
        m_filter.showedLife(datagram, heartbeat, now);
    }
}

void HeartbeatSocket::replyWithVersions(const sockaddr_in &sender)
{
    if (!m_replyLimit.allow(m_clock.monotonic())) {
        return;
    }
    const QByteArray reply = encodeLocalVersionReport(m_reports());
    const auto *const address = reinterpret_cast<const sockaddr *>(&sender);
    // Lost if the client doesn't read; it will send its request again.
    [[maybe_unused]] const ssize_t sent =
        ::sendto(m_socket.get(), reply.constData(), static_cast<std::size_t>(reply.size()), MSG_DONTWAIT | MSG_NOSIGNAL,
                 address, sizeof sender);
}

void HeartbeatSocket::refuse(const QString &why)
{
    ++m_refused;
    if (!m_logLimit.allow(m_clock.monotonic())) {
        return;
    }
    const quint64 silent = m_refused - 1 - std::exchange(m_logged, m_refused);
    qCWarning(lcWatchdog).noquote() << (silent > 0 ? u"%1 (and %2 more before)"_s.arg(why).arg(silent) : why);
}

} // namespace sgn::watchdog
