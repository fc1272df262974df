// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/Fuzz.h"
#include "protocol/Heartbeat.h"

using namespace sgn;
using namespace sgn::fuzz;

// A datagram to the watchdog, which any local user can send.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const auto datagram = parseDatagram(bytesOf(data, size));
    if (datagram && std::holds_alternative<Heartbeat>(*datagram)) {
        const auto &heartbeat = std::get<Heartbeat>(*datagram);
        require(heartbeat.pid > 0 && heartbeat.version >= 0 && heartbeat.runCommand.startsWith(u'/'));
        const auto again = parseDatagram(encode(heartbeat));
        // Escaped, the same words may be too long for one datagram.
        require(!again || *again == *datagram);
    }
    return 0;
}
