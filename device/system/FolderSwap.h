// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn::system {

// Two folders, or two files, change places in one step that a power cut can't tear apart (renameat2 with
// RENAME_EXCHANGE). The names stay real folders, as the meter's scripts expect. Every function here is durable when it
// returns.

// The inode of a folder or file: it stays with it, whatever its name becomes. NotFound, Io.
[[nodiscard]] Result<quint64> folderId(const QString &path);

// Puts the release with the id `stagedId` in the place of `installed`; what was there is then at `staged`. A missing
// `installed` is made first, empty, for a first installation. Nothing to do when it has happened already.
// InstallFailed, NotFound, Io.
[[nodiscard]] Outcome swapIn(const QString &installed, const QString &staged, quint64 stagedId);

enum class SwapBack { WasNeverIn, Done };
// The way back, likewise repeatable.
[[nodiscard]] Result<SwapBack> swapBack(const QString &installed, const QString &staged, quint64 stagedId);

// Moves the folder `from` to `to`, replacing an older one there. Nothing to do when `from` is gone. What can't be
// removed of the older one is left beside it, as <to>.unremovable-1 and so on.
[[nodiscard]] Outcome replaceFolder(const QString &from, const QString &to);

// Removes a folder and all below it, following no links; folders that take no writes are made to, if they are ours. A
// missing one is success. Blocks for as long as the disk does.
[[nodiscard]] Outcome removeFolder(const QString &path);

} // namespace sgn::system
