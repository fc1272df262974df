// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Process.h"

#include <chrono>
#include <QObject>
#include <QTimer>
#include <QUdpSocket>

namespace sgn::agent {

// The request, and the reply to it: BadRequest when it can't be read.
[[nodiscard]] QByteArray localVersionQuery();
[[nodiscard]] Result<QList<ProcessReport>> parseLocalVersions(const QByteArray &datagram);

// Requests the version report from the seed's UDP port (protocol section 4), which every watchdog listens on, also one
// without a control socket. Used once; deletes itself after finished().
class LocalVersionQuery : public QObject
{
    Q_OBJECT

public:
    LocalVersionQuery(quint16 port, std::chrono::milliseconds timeLimit, QObject *parent);

Q_SIGNALS:
    // Once, never from within the constructor. Timeout, Network, BadRequest for a reply that can't be read.
    void finished(const sgn::Result<QList<sgn::ProcessReport>> &processes);

private:
    void read();
    void end(const Result<QList<ProcessReport>> &processes);

    QUdpSocket m_socket;
    QTimer m_limit;
    quint16 m_port;
    bool m_ended = false;
};

} // namespace sgn::agent
