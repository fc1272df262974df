// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "card/Extent.h"

#include <QString>

namespace sgn::card {

// Copies of images, which are mostly holes. All functions block. Errors: NotFound, NoSpace, Io.

// A new file with that content (mode 0600), in place of any: it shares its blocks with the old one where the file
// system can (FICLONE, ioctl_ficlone(2)), else only data is copied and holes stay holes. Not durable yet.
[[nodiscard]] Outcome copySparsely(const QString &from, const QString &to);

// Whether the file system of a folder can share blocks among files; tried with a small file, which is removed again.
[[nodiscard]] bool sharesBlocks(const QString &folder);

// What a file takes on the disk, without its holes; 0 where there is none.
[[nodiscard]] qint64 allocatedBytes(const QString &file);

// Writes these stretches of one file to the same places of another, which is there and as long.
[[nodiscard]] Outcome copyExtents(const QString &from, const QString &to, const QList<Extent> &extents);

// The blocks (Extent.h) within these stretches in which two files of one size differ, of which those that touch are
// one.
[[nodiscard]] Result<QList<Extent>> differingBlocks(const QString &one, const QString &other,
                                                    const QList<Extent> &within);

// What was written to a file survives a power cut.
[[nodiscard]] Outcome syncFile(const QString &path);

} // namespace sgn::card
