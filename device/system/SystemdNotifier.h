// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"

#include <QByteArray>
#include <QObject>
#include <QTimer>

namespace sgn::system {

// Notifies systemd that we are ready, and from then on that we are alive, as often as it requires (sd_notify(3)). The
// protocol is one datagram; libsystemd for it would cost a root process six more libraries. Does nothing without
// systemd.
class SystemdNotifier : public QObject
{
    Q_OBJECT

public:
    // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    explicit SystemdNotifier(QObject *parent = nullptr);

    void ready();
    // At once. Of a process that becomes another program or was one, READY=1 doesn't set systemd's clock back.
    void alive();
    void stopping();

private:
    void send(const QByteArray &message);

    QByteArray m_address;
    Descriptor m_socket;
    QTimer m_alive;
};

} // namespace sgn::system
