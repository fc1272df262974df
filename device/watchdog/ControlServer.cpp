// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/ControlServer.h"

#include "base/SystemError.h"
#include "watchdog/Logging.h"

#include <cerrno>
#include <cstring>
#include <QFile>
#include <QFileInfo>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

namespace {

Outcome makeFolder(const QString &path)
{
    const QByteArray folder = QFile::encodeName(path);
    if (::mkdir(folder.constData(), 0755) != 0 && errno != EEXIST) {
        return fail(systemError(u"cannot make the folder "_s + path, errno));
    }
    return {};
}

// What an earlier watchdog left; never a file of any other kind.
void removeOldSocket(const QByteArray &path)
{
    struct stat info
    {
    };
    if (::lstat(path.constData(), &info) == 0 && S_ISSOCK(info.st_mode)) {
        ::unlink(path.constData());
    }
}

} // namespace

bool mayConnect(uid_t user, uid_t owner, uid_t self)
{
    return user == 0 || user == owner || user == self;
}

Result<std::unique_ptr<ControlServer>> ControlServer::open(const QString &path, uid_t owner, gid_t group,
                                                           const Clock &clock)
{
    const QByteArray file = QFile::encodeName(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (static_cast<std::size_t>(file.size()) >= sizeof address.sun_path) {
        return fail(ErrorCode::BadRequest,
                    u"the socket's path is longer than the system's limit of 107 bytes: "_s + path);
    }
    std::memcpy(address.sun_path, file.constData(), static_cast<std::size_t>(file.size()));
    if (auto folder = makeFolder(QFileInfo(path).absolutePath()); !folder) {
        return fail(std::move(folder).error());
    }
    removeOldSocket(file);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // No process gets in before the mode is right: until listen() a connect is refused.
    const bool ready =
        socket.isValid() && ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 &&
        ::chmod(file.constData(), 0660) == 0 && (::geteuid() != 0 || ::lchown(file.constData(), owner, group) == 0) &&
        ::listen(socket.get(), static_cast<int>(maxPeers)) == 0;
    if (!ready) {
        return fail(systemError(u"cannot listen on the control socket "_s + path, errno));
    }
    return std::unique_ptr<ControlServer>(new ControlServer(std::move(socket), owner, clock));
}

ControlServer::ControlServer(Descriptor socket, uid_t owner, const Clock &clock)
    : m_socket(std::move(socket))
    , m_owner(owner)
    , m_clock(clock)
    , m_notifier(m_socket.get(), QSocketNotifier::Read)
    , m_logLimit(5, std::chrono::minutes(1))
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &ControlServer::accept);
}

void ControlServer::accept()
{
    Descriptor socket(::accept4(m_socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.isValid()) {
        return;
    }
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
        return;
    }
    if (!mayConnect(credentials.uid, m_owner, ::geteuid())) {
        refuse(u"user %1 may not use the control socket"_s.arg(credentials.uid));
        return;
    }
    if (m_peers.size() >= maxPeers) {
        refuse(u"more than %1 connections to the control socket"_s.arg(maxPeers));
        return;
    }
    auto *const peer = new ControlPeer(std::move(socket), credentials.pid, credentials.uid, this);
    m_peers += peer;
    connect(peer, &ControlPeer::requestReceived, this,
            [this, peer](const control::Request &request) { Q_EMIT requestReceived(peer, request); });
    connect(peer, &ControlPeer::closed, this, [this, peer] {
        m_peers.removeOne(peer);
        peer->deleteLater();
    });
}

void ControlServer::refuse(const QString &why)
{
    if (m_logLimit.allow(m_clock.monotonic())) {
        qCWarning(lcWatchdog).noquote() << why;
    }
}

void ControlServer::broadcast(const control::Event &event)
{
    // A copy, because a peer that doesn't read leaves the list while we go through it.
    const QList<ControlPeer *> peers = m_peers;
    for (ControlPeer *peer : peers) {
        if (peer->hasSentHello()) {
            peer->send(event);
        }
    }
}

} // namespace sgn::watchdog
