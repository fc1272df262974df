// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/ControlServer.h"

#include "base/StateFile.h"
#include "base/SystemError.h"
#include "watchdog/Logging.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
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

// By the opened folder, whatever becomes of the path to it meanwhile.
QByteArray pathIn(const Descriptor &folder, const QByteArray &name)
{
    return "/proc/self/fd/" + QByteArray::number(folder.get()) + '/' + name;
}

// An earlier watchdog's socket goes, another thing is quarantined.
void clearTheName(const Descriptor &folder, const QByteArray &name)
{
    struct stat info
    {
    };
    if (::fstatat(folder.get(), name.constData(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return;
    }
    if (S_ISSOCK(info.st_mode)) {
        ::unlinkat(folder.get(), name.constData(), 0);
    } else if (const auto moved = quarantine(QFile::decodeName(pathIn(folder, name))); !moved) {
        qCWarning(lcWatchdog).noquote() << moved.error().message;
    }
}

bool bindTo(const Descriptor &socket, const QByteArray &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    return ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
}

} // namespace

bool mayConnect(uid_t user, uid_t owner, uid_t self)
{
    return user == 0 || user == owner || user == self;
}

Result<std::unique_ptr<ControlServer>> ControlServer::open(const QString &path, uid_t owner, gid_t group,
                                                           const Clock &clock)
{
    if (static_cast<std::size_t>(QFile::encodeName(path).size()) >= sizeof(sockaddr_un::sun_path)) {
        return fail(ErrorCode::BadRequest,
                    u"the socket's path is longer than the system's limit of 107 bytes: "_s + path);
    }
    const QString folderPath = QFileInfo(path).absolutePath();
    if (auto made = makeFolder(folderPath); !made) {
        return fail(std::move(made).error());
    }
    const Descriptor folder(::open(QFile::encodeName(folderPath).constData(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder.isValid()) {
        return fail(systemError(u"cannot open the folder "_s + folderPath, errno));
    }
    const QByteArray name = QFile::encodeName(QFileInfo(path).fileName());
    clearTheName(folder, name);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // No process gets in before the mode is right: until listen() a connect is refused.
    const bool ready =
        socket.isValid() && bindTo(socket, pathIn(folder, name)) &&
        ::fchmodat(folder.get(), name.constData(), 0660, 0) == 0 &&
        (::geteuid() != 0 || ::fchownat(folder.get(), name.constData(), owner, group, AT_SYMLINK_NOFOLLOW) == 0) &&
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
