// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/RateLimit.h"
#include "watchdog/ControlPeer.h"

#include <memory>
#include <QList>
#include <QObject>
#include <QSocketNotifier>

namespace sgn::watchdog {

// Who may use the control socket: root, the owner of the device's root folder and the watchdog's own user.
[[nodiscard]] bool mayConnect(uid_t user, uid_t owner, uid_t self);

// The Unix socket of the agent (control/Control.h). Only the users that mayConnect() get in, as the kernel names them
// (SO_PEERCRED).
class ControlServer : public QObject
{
    Q_OBJECT

public:
    // Makes the parent folder if it is missing and replaces a socket that an earlier watchdog left, but nothing else.
    // The socket belongs to `owner` with mode 0660. Io or BadRequest (the path is too long) with the reason.
    [[nodiscard]] static Result<std::unique_ptr<ControlServer>> open(const QString &path, uid_t owner, gid_t group,
                                                                     const Clock &clock);

    // To every peer that has sent its hello.
    void broadcast(const control::Event &event);

    // More connections than that are closed at once: the agent needs one, a person at the device a second.
    static constexpr qsizetype maxPeers = 16;

Q_SIGNALS:
    void requestReceived(sgn::watchdog::ControlPeer *peer, const sgn::control::Request &request);

private:
    ControlServer(Descriptor socket, uid_t owner, const Clock &clock);

    void accept();
    void refuse(const QString &why);

    Descriptor m_socket;
    uid_t m_owner;
    const Clock &m_clock;
    QSocketNotifier m_notifier;
    QList<ControlPeer *> m_peers;
    RateLimit m_logLimit;
};

} // namespace sgn::watchdog
