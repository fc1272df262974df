// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/Control.h"
#include "fuzz/Fuzz.h"

using namespace sgn;
using namespace sgn::fuzz;

// A line on the control socket, in both directions.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray line = bytesOf(data, size);
    (void)control::requestIdOf(line);
    (void)control::parseWatchdogLine(line);
    if (const auto request = control::parseRequest(line)) {
        const QByteArray said = control::encode(*request);
        require(said.endsWith('\n') && said.count('\n') == 1);
        const auto again = control::parseRequest(said.chopped(1));
        require(again && *again == *request);
    }
    return 0;
}
