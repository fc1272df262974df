// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Extent.h"

#include <algorithm>

namespace sgn::card {

QList<Extent> inWholeBlocks(const QList<Extent> &extents, qint64 imageSize)
{
    QList<Extent> sorted = extents;
    std::ranges::sort(sorted, {}, &Extent::start);
    QList<Extent> whole;
    for (const Extent &extent : std::as_const(sorted)) {
        const qint64 begin = std::max<qint64>(extent.start, 0) / imageBlock * imageBlock;
        const qint64 end = std::min((extent.start + extent.size + imageBlock - 1) / imageBlock * imageBlock, imageSize);
        if (extent.size <= 0 || begin >= end) {
            continue;
        }
        if (!whole.isEmpty() && begin <= whole.constLast().start + whole.constLast().size) {
            whole.last().size = std::max(whole.constLast().size, end - whole.constLast().start);
        } else {
            whole += {begin, end - begin};
        }
    }
    return whole;
}

} // namespace sgn::card
