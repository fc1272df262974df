// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstring>
#include <QDir>
#include <QFile>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace sgn::test {

// Puts another thing than a file at `path`: "pipe", "folder", "folder with content", "socket", "link" (to a file with
// "target" beside it) or "link to nothing". Returns whether that worked.
[[nodiscard]] inline bool putInPlaceOf(const QString &path, const QString &kind)
{
    using namespace Qt::StringLiterals;
    const QByteArray name = QFile::encodeName(path);
    if (kind == "pipe"_L1) {
        return ::mkfifo(name.constData(), 0666) == 0;
    }
    if (kind.startsWith("folder"_L1)) {
        return QDir().mkpath(kind == "folder"_L1 ? path : path + u"/content"_s);
    }
    if (kind == "socket"_L1) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (static_cast<std::size_t>(name.size()) >= sizeof address.sun_path) {
            return false;
        }
        std::memcpy(address.sun_path, name.constData(), static_cast<std::size_t>(name.size()));
        const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool bound = ::bind(socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
        ::close(socket);
        return bound;
    }
    const QString target = path + u".target"_s;
    if (kind == "link"_L1) {
        QFile file(target);
        if (!file.open(QIODevice::WriteOnly) || file.write("target") != 6) {
            return false;
        }
    }
    return QFile::link(target, path);
}

} // namespace sgn::test
