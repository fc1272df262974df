// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/Fuzz.h"
#include "release/StickOrder.h"
#include "stick/StickMount.h"

using namespace sgn;
using namespace sgn::fuzz;

// A stick whose author is a stranger: what is taken for an order leads to no file but those beside it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes = bytesOf(data, size);
    (void)stick::fileSystemOf(bytes);
    const auto order = parseStickOrder(bytes);
    if (!order) {
        return 0;
    }
    require(!order->releases.isEmpty() && order->releases.size() <= maxStickReleases);
    require(order->devices.size() <= maxStickDevices);
    for (const StickRelease &release : order->releases) {
        require(isStickFileName(release.zip) && isStickFileName(release.release));
        require(!release.zip.startsWith(u'.') && !release.zip.contains(u'/'));
    }
    for (const QString &device : order->devices) {
        require(isFor(*order, device, {}) && isFor(*order, {}, device));
    }
    require(parseStickOrder(encode(*order)) == order);
    return 0;
}
