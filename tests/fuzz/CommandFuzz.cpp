// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/Fuzz.h"
#include "protocol/Command.h"

using namespace sgn;
using namespace sgn::fuzz;

// A message's body: what can be parsed can be encoded again and means the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray body = bytesOf(data, size);
    (void)commandFingerprint(body);
    if (const auto command = parseCommand(body)) {
        const auto again = parseCommand(encode(*command));
        // An operator's signature isn't encoded again.
        Command expected = *command;
        expected.isOperatorSigned = again && again->isOperatorSigned;
        require(again && *again == expected);
        require(!commandName(command->body).isEmpty());
    } else {
        require(!command.error().error.message.isEmpty());
    }
    return 0;
}
