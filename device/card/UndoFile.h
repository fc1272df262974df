// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "card/Extent.h"

namespace sgn::card {

// What of a file system a change has overwritten, by the undo file of e2fsprogs (e2undo(8), 1.43 and later;
// misc/e2undo.c has its form): the places count from the beginning of the file system. Only heads and keys are read,
// not the old content. BadFile: it isn't one, or is damaged; NotFound, Io.
[[nodiscard]] Result<QList<Extent>> extentsInUndoFile(const QString &path);

// Whether the file system that begins at `start` of an image has what the undo file would restore: nothing was changed
// yet, or all is undone. True as well of a file without a key, which is written before anything is changed. Errors as
// above.
[[nodiscard]] Result<bool> isUndone(const QString &undoFile, const QString &image, qint64 start);

} // namespace sgn::card
