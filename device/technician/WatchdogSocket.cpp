// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/WatchdogSocket.h"

#include "agent/LocalVersionQuery.h"
#include "base/SystemError.h"
#include "protocol/Json.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <QDeadlineTimer>
#include <QFile>
#include <sys/socket.h>
#include <sys/un.h>

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

constexpr int chunk = 16 * 1024;

bool waitFor(const Descriptor &socket, short event, const QDeadlineTimer &deadline)
{
    pollfd wait{socket.get(), event, 0};
    int ready = 0;
    do {
        ready = ::poll(&wait, 1, static_cast<int>(deadline.remainingTime()));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

Error silence()
{
    return {ErrorCode::Timeout, u"the watchdog doesn't reply"_s};
}

Error broken()
{
    return {ErrorCode::Network, u"the watchdog closed the connection"_s};
}

} // namespace

WatchdogSocket::WatchdogSocket(Descriptor socket, pid_t watchdog)
    : m_socket(std::move(socket))
    , m_watchdog(watchdog)
{}

Result<WatchdogSocket> WatchdogSocket::open(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (static_cast<std::size_t>(name.size()) >= sizeof address.sun_path) {
        return fail(ErrorCode::NotFound, u"no socket can have such a long path: "_s + path);
    }
    std::memcpy(address.sun_path, name.constData(), static_cast<std::size_t>(name.size()));
    // Never blocks here: a full queue of connections is an EAGAIN.
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.isValid() ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        const int why = errno;
        const ErrorCode code = why == EACCES || why == EPERM          ? ErrorCode::Refused
                               : why == ENOENT || why == ECONNREFUSED ? ErrorCode::NotFound
                                                                      : ErrorCode::Io;
        return fail(code, systemError(u"cannot connect to the watchdog at "_s + path, why).message);
    }
    ucred peer{};
    socklen_t length = sizeof peer;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length);
    return WatchdogSocket(std::move(socket), peer.pid);
}

Result<control::ReplyBody> WatchdogSocket::ask(const control::RequestBody &request, std::chrono::milliseconds limit)
{
    const QDeadlineTimer deadline(limit);
    const control::RequestId id = ++m_lastId;
    const QByteArray line = control::encode(control::Request{id, request});
    // A request is far smaller than the socket's buffer.
    if (::send(m_socket.get(), line.constData(), static_cast<std::size_t>(line.size()), MSG_NOSIGNAL) != line.size()) {
        return fail(broken());
    }
    for (;;) {
        for (qsizetype end = m_in.indexOf('\n'); end >= 0; end = m_in.indexOf('\n')) {
            const auto parsed = control::parseWatchdogLine(m_in.first(end));
            m_in.remove(0, end + 1);
            if (!parsed) {
                return fail(parsed.error());
            }
            // Another id is the late reply to a request that has timed out.
            if (const auto *reply = std::get_if<control::Reply>(&*parsed); reply != nullptr && reply->id == id) {
                return reply->body;
            }
        }
        if (m_in.size() > maxBodySize) {
            return fail(ErrorCode::BadRequest, u"the watchdog sends a line without end"_s);
        }
        // One that never stops sending other things has not replied either.
        if (deadline.hasExpired() || !waitFor(m_socket, POLLIN, deadline)) {
            return fail(silence());
        }
        std::array<char, chunk> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): recv() fills it
        const ssize_t count = ::recv(m_socket.get(), bytes.data(), bytes.size(), 0);
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
            return fail(broken());
        }
        m_in.append(bytes.data(), std::max<ssize_t>(count, 0));
    }
}

Result<QList<ProcessReport>> askByUdp(quint16 port, std::chrono::milliseconds limit)
{
    const QDeadlineTimer deadline(limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const QByteArray query = agent::localVersionQuery();
    // Connected, so that only what comes from that port is received.
    if (!socket.isValid() ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        ::send(socket.get(), query.constData(), static_cast<std::size_t>(query.size()), MSG_NOSIGNAL) < 0) {
        return fail(systemError(u"cannot send to UDP port %1"_s.arg(port), errno));
    }
    if (!waitFor(socket, POLLIN, deadline)) {
        return fail(ErrorCode::Timeout, u"no watchdog replies on UDP port %1"_s.arg(port));
    }
    QByteArray datagram(maxBodySize, Qt::Uninitialized);
    const ssize_t count = ::recv(socket.get(), datagram.data(), static_cast<std::size_t>(datagram.size()), 0);
    if (count < 0) {
        return fail(ErrorCode::Timeout, u"no watchdog listens on UDP port %1"_s.arg(port));
    }
    return agent::parseLocalVersions(datagram.first(count));
}

} // namespace sgn::technician
