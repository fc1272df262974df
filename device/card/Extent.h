// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QtGlobal>

namespace sgn::card {

// A stretch of an image, in bytes.
struct Extent
{
    qint64 start = 0;
    qint64 size = 0;

    friend bool operator==(const Extent &, const Extent &) = default;
};

// What these cover, in whole blocks of an image of `imageSize` bytes, of which the last may be shorter: sorted, and
// those that touch are one. Pure.
[[nodiscard]] QList<Extent> inWholeBlocks(const QList<Extent> &extents, qint64 imageSize);

// The unit in which images are compared and overlays are made; that of ext4 on a card, too.
inline constexpr qint64 imageBlock = 4096;

} // namespace sgn::card
