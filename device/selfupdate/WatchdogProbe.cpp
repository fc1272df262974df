// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/WatchdogProbe.h"

#include "base/Clock.h"
#include "base/Descriptor.h"
#include "base/SystemError.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <QFile>
#include <sys/socket.h>
#include <sys/un.h>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

Result<Descriptor> connectTo(const QString &socket)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const QByteArray path = QFile::encodeName(socket);
    if (static_cast<std::size_t>(path.size()) >= sizeof address.sun_path) {
        return fail(ErrorCode::BadRequest, u"the socket's path is too long"_s);
    }
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    Descriptor peer(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(peer.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        return fail(ErrorCode::Network, systemError(u"it doesn't answer on its control socket"_s, errno).message);
    }
    return peer;
}

// The two replies in what came in so far; true when both are there.
bool takeReplies(QByteArray &in, ProbeAnswer &answer, int &missing)
{
    for (qsizetype end = in.indexOf('\n'); end >= 0; end = in.indexOf('\n')) {
        const auto line = control::parseWatchdogLine(in.left(end));
        in.remove(0, end + 1);
        const auto *const reply = line ? std::get_if<control::Reply>(&*line) : nullptr;
        if (reply == nullptr || !reply->body) {
            continue;
        }
        if (const auto *const swap = std::get_if<control::SwapStatusReply>(&*reply->body)) {
            answer.version = swap->running;
            --missing;
        } else if (const auto *const status = std::get_if<control::StatusReply>(&*reply->body)) {
            answer.processes = status->processes;
            --missing;
        }
    }
    return missing <= 0;
}

} // namespace

bool isListening(const QString &socket)
{
    return connectTo(socket).has_value();
}

Result<ProbeAnswer> probeWatchdog(const QString &socket, pid_t pid, std::chrono::milliseconds limit)
{
    const auto peer = connectTo(socket);
    if (!peer) {
        return fail(peer.error());
    }
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (::getsockopt(peer->get(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0 || credentials.pid != pid) {
        return fail(ErrorCode::Refused, u"another process listens on its control socket"_s);
    }
    const QByteArray questions = control::encode(control::Request{1, control::SwapStatus{Component::WatchDog}}) +
                                 control::encode(control::Request{2, control::Status{}});
    if (::send(peer->get(), questions.constData(), static_cast<std::size_t>(questions.size()), MSG_NOSIGNAL) !=
        questions.size()) {
        return fail(ErrorCode::Network, errno == EPIPE || errno == ECONNRESET ? u"it closes its control connections"_s
                                                                              : u"it takes no requests"_s);
    }
    const SystemClock clock;
    const MonotonicTime end = clock.monotonic() + limit;
    constexpr qsizetype maxAnswer = 4 * 1024 * 1024;
    ProbeAnswer answer;
    QByteArray in;
    int missing = 2;
    std::array<char, 16384> chunk{};
    while (in.size() < maxAnswer) {
        const auto left = (end - clock.monotonic()).count();
        pollfd ready{peer->get(), POLLIN, 0};
        if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) == 0) {
            return fail(ErrorCode::Timeout, u"it doesn't answer requests"_s);
        }
        const ssize_t n = ::recv(peer->get(), chunk.data(), chunk.size(), 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            return fail(ErrorCode::Network, u"it closes its control connections"_s);
        }
        in.append(chunk.data(), std::max<ssize_t>(n, 0));
        if (takeReplies(in, answer, missing)) {
            return answer;
        }
    }
    return fail(ErrorCode::TooLarge, u"it sends more than any reply on its control socket"_s);
}

} // namespace sgn::selfupdate
