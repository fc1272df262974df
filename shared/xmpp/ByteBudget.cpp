// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ByteBudget.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <ctime>

namespace sgn::xmpp {

namespace {

// The kernel's count (since 4.1), because the library reads the socket itself and tells nobody how much it got. Zero
// where there is none: the budget is then not watched, and the unit's memory limit is what remains.
quint64 receivedBytes(qintptr descriptor)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (descriptor < 0 || getsockopt(static_cast<int>(descriptor), IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return 0;
    constexpr socklen_t needed = offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received;
    return size >= needed ? info.tcpi_bytes_received : 0;
}

// One piece of well-meant input takes a few milliseconds, on the slowest Pi some hundred.
constexpr std::chrono::seconds maxPieceTime{2};

std::chrono::nanoseconds processorTime()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace

ByteBudget::ByteBudget(QSslSocket *socket, quint64 limit, qint64 chunk, QObject *parent)
    : QObject(parent)
    , m_socket(socket)
    , m_limit(limit)
{
    socket->setReadBufferSize(chunk);
    // Runs after the library's own reading, which was connected first.
    connect(socket, &QSslSocket::readyRead, this, &ByteBudget::check);
}

void ByteBudget::settle()
{
    m_settled = receivedBytes(m_socket->socketDescriptor());
    m_lastLook = processorTime();
}

void ByteBudget::check()
{
    const quint64 received = receivedBytes(m_socket->socketDescriptor());
    const std::chrono::nanoseconds now = processorTime();
    const bool slow = m_lastLook.count() > 0 && now - m_lastLook > maxPieceTime;
    m_lastLook = now;
    if (received > m_settled && (slow || received - m_settled > m_limit))
        Q_EMIT exceeded();
}

} // namespace sgn::xmpp
