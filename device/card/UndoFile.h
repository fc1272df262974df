// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "card/Extent.h"

namespace sgn::card {

// What of a file system a change has overwritten, by the undo file of e2fsprogs (e2undo(8), 1.43 and later;
// misc/e2undo.c has its form): the places count from the beginning of the file system. Only heads and keys are read,
// not the old content. BadFile: it isn't one, or is damaged; NotFound, Io.
[[nodiscard]] Result<QList<Extent>> extentsInUndoFile(const QString &path);

} // namespace sgn::card
