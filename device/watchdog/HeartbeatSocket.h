// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/RateLimit.h"
#include "protocol/Heartbeat.h"
#include "supervision/Attestation.h"
#include "system/PortGuard.h"
#include "system/UdpSockets.h"
#include "watchdog/DatagramFilter.h"

#include <functional>
#include <memory>
#include <netinet/in.h>
#include <QObject>
#include <QSocketNotifier>
#include <vector>

namespace sgn::watchdog {

// Takes heartbeats and local version requests on 127.0.0.1 (seed step 17, protocol section 4). Any local user can send
// here, so everything that isn't as specified costs one counter and at most a few log lines a minute, a flood leaves
// the event loop free for others in between, and what a flood brings is filtered before it is parsed. A plain socket
// rather than QUdpSocket: Qt Network would double the watchdog's memory.
class HeartbeatSocket : public QObject
{
    Q_OBJECT

public:
    using OnHeartbeat =
        std::function<Result<supervision::Credit>(const Heartbeat &, const supervision::HeartbeatSender &)>;
    // `name`: of its process, if it shows one.
    using OnUnreadable =
        std::function<void(const supervision::HeartbeatSender &, const QString &name, const QString &why)>;
    using Reports = std::function<QList<ProcessReport>()>;

    // Binds to the port; 0 takes a free one. Io with the reason when it is taken. `owner` of the device's folder may
    // send; see system::PortGuard.
    [[nodiscard]] static Result<std::unique_ptr<HeartbeatSocket>> open(quint16 port, uid_t owner, const Clock &clock);

    // `onHeartbeat` returns what one counts for, or why it refuses it; `reports` is the reply to version requests.
    // `onUnreadable` gets some of what is neither.
    void serve(OnHeartbeat onHeartbeat, Reports reports, OnUnreadable onUnreadable = nullptr);

    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] quint64 refused() const { return m_refused; }

private:
    HeartbeatSocket(Descriptor socket, quint16 port, uid_t owner, const Clock &clock);

    void read();
    void handle(const QByteArray &datagram, const sockaddr_in &sender, MonotonicTime now);
    void take(const QByteArray &datagram, const Heartbeat &heartbeat, quint16 sender, MonotonicTime now);
    [[nodiscard]] supervision::HeartbeatSender senderAt(quint16 port);
    void replyWithVersions(const sockaddr_in &sender);
    void refuse(const QString &why);

    Descriptor m_socket;
    quint16 m_port;
    const Clock &m_clock;
    QSocketNotifier m_notifier;
    OnHeartbeat m_onHeartbeat;
    Reports m_reports;
    OnUnreadable m_onUnreadable;
    std::vector<char> m_buffer;
    system::UdpSockets m_sockets;
    system::PortGuard m_guard;
    DatagramFilter m_filter;
    RateLimit m_logLimit;
    RateLimit m_replyLimit;
    RateLimit m_unreadableLimit;
    quint64 m_refused = 0;
    quint64 m_logged = 0; // of them, up to the last one in the log
};

} // namespace sgn::watchdog
