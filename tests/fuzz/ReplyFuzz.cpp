// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/Fuzz.h"
#include "protocol/Reply.h"

using namespace sgn;
using namespace sgn::fuzz;

// What a device sends to the panel.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const auto message = parseDeviceMessage(bytesOf(data, size));
    if (message) {
        const QByteArray said = std::visit([](const auto &body) { return encode(body); }, *message);
        const auto again = parseDeviceMessage(said);
        require(again && again->index() == message->index());
        // What is left out of a report that is too large stays out.
        require(std::visit([](const auto &body) { return encode(body); }, *again) == said);
    }
    return 0;
}
