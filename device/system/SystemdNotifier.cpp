// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/SystemdNotifier.h"

#include "system/Logging.h"

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace sgn::system {

SystemdNotifier::SystemdNotifier(QObject *parent)
    : QObject(parent)
    , m_address(qgetenv("NOTIFY_SOCKET"))
{
    connect(&m_alive, &QTimer::timeout, this, &SystemdNotifier::alive);
    if (m_address.isEmpty() || m_address.size() >= static_cast<qsizetype>(sizeof(sockaddr_un::sun_path))) {
        return;
    }
    m_socket = Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const qint64 interval = qgetenv("WATCHDOG_USEC").toLongLong();
    const QByteArray pid = qgetenv("WATCHDOG_PID");
    if (interval > 0 && (pid.isEmpty() || pid.toLongLong() == ::getpid())) {
        // Half the time, as sd_watchdog_enabled(3) advises.
        m_alive.setInterval(std::chrono::milliseconds(std::max<qint64>(1, interval / 2000)));
    }
}

void SystemdNotifier::ready()
{
    send("READY=1");
    if (m_alive.interval() > 0) {
        alive();
        m_alive.start();
    }
}

void SystemdNotifier::alive()
{
    if (m_alive.interval() > 0) {
        send("WATCHDOG=1");
    }
}

void SystemdNotifier::stopping()
{
    send("STOPPING=1");
}

void SystemdNotifier::send(const QByteArray &message)
{
    if (!m_socket.isValid()) {
        return;
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, m_address.constData(), static_cast<std::size_t>(m_address.size()));
    if (address.sun_path[0] == '@') { // an abstract socket
        address.sun_path[0] = '\0';
    }
    const auto length =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + static_cast<std::size_t>(m_address.size()));
    const auto *const generic = reinterpret_cast<const sockaddr *>(&address);
    if (::sendto(m_socket.get(), message.constData(), static_cast<std::size_t>(message.size()), MSG_NOSIGNAL, generic,
                 length) < 0) {
        qCWarning(lcSystem) << "cannot send to systemd:" << message << ':' << std::strerror(errno);
    }
}

} // namespace sgn::system
