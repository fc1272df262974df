// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "card/Extent.h"

#include <QByteArray>
#include <QString>

namespace sgn::card {

// What one image has differently from another one of its size: a sparse file that holds only those blocks, and a block
// map of it (bmap-tools, format 2.0), by which `bmaptool copy` writes these onto a card that has the other image. All
// functions block. Errors: NotFound, NoSpace, Io.

// The block map of these stretches, in whole blocks, of a file: XML.
[[nodiscard]] Result<QByteArray> blockMapOf(const QString &file, const QList<Extent> &extents);

// Makes a new file (mode 0600) with those stretches of the image, durably, and reads it again: Io if that isn't what is
// in the image. Returns its block map.
[[nodiscard]] Result<QByteArray> writeOverlay(const QString &image, const QList<Extent> &extents, const QString &file);

// BadFile: the file isn't what that block map describes.
[[nodiscard]] Outcome checkOverlay(const QString &file, const QByteArray &blockMap);

} // namespace sgn::card
