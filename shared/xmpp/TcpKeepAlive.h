// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <chrono>

namespace sgn::xmpp {

// Has the kernel probe a TCP connection after `idle` of silence (tcp(7)); three probes without an answer, or as long
// without an acknowledgement of what was written, end it with ETIMEDOUT. A probe and its answer are 104 bytes on the
// wire, a ping of XMPP 285. Errors: Io.
[[nodiscard]] Outcome setTcpKeepAlive(int socket, std::chrono::seconds idle);

} // namespace sgn::xmpp
