// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "control/Control.h"

#include <chrono>
#include <sys/types.h>

namespace sgn::technician {

// One connection to the watchdog's control socket, for a program without an event loop: every call blocks, and for no
// longer than its limit. It sends no hello: that is the agent's, and brings events.
class WatchdogSocket
{
public:
    // NotFound: no watchdog listens there. Refused: this user may not connect. Io.
    [[nodiscard]] static Result<WatchdogSocket> open(const QString &path);

    // The process that listens, as the kernel names it.
    [[nodiscard]] pid_t watchdog() const { return m_watchdog; }
    // The watchdog's reply or refusal; Timeout, Network when the connection broke, BadRequest for a reply that can't be
    // read.
    [[nodiscard]] Result<control::ReplyBody> ask(const control::RequestBody &request, std::chrono::milliseconds limit);

private:
    WatchdogSocket(Descriptor socket, pid_t watchdog);

    Descriptor m_socket;
    pid_t m_watchdog;
    QByteArray m_in;
    control::RequestId m_lastId = 0;
};

// The processes, from a watchdog that has only the seed's UDP port (agent/LocalVersionQuery.h). Timeout; BadRequest for
// a reply that can't be read; Io.
[[nodiscard]] Result<QList<ProcessReport>> askByUdp(quint16 port, std::chrono::milliseconds limit);

} // namespace sgn::technician
