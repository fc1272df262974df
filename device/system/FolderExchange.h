// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn::system {

// The folder's inode number: it stays with the folder, whatever its name becomes. So after a crash it tells whether an
// exchange has happened. NotFound, Io; Refused when it is a link or no folder.
[[nodiscard]] Result<quint64> folderId(const QString &path);

// Whether it is certain that the folder with that id isn't at `path`; a disk that can't tell is no certainty.
[[nodiscard]] bool isGone(const QString &path, quint64 id);

// Two folders of one file system change places in one step that a power cut can't tear apart (renameat2 with
// RENAME_EXCHANGE); durable when it returns.
[[nodiscard]] Outcome exchangeFolders(const QString &first, const QString &second);

// Moves the folder `from` to `to`; what was there before is deleted. Durable and repeatable: when `from` has gone there
// already, only the deletion is left to do. `id` is the moved folder's.
[[nodiscard]] Outcome moveReplacing(const QString &from, const QString &to, quint64 id);

} // namespace sgn::system
