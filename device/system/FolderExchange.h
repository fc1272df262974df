// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn::system {

// The one place that exchanges, replaces and removes releases on the disk. Two folders, or two files, of one file
// system change places in one step that a power cut can't tear apart (renameat2 with RENAME_EXCHANGE), so that the
// names stay real folders, as the meter's scripts expect. Every function here is durable when it returns and can be
// repeated. None follows a symbolic link at the end of a path. Blocks for as long as the disk does.

// The inode of a folder, file or link: it stays with it, whatever its name becomes, so after a crash it shows whether
// an exchange has happened. NotFound, Io.
[[nodiscard]] Result<quint64> inodeOf(const QString &path);

// The same for a folder only. Refused for a link or a file: what root runs must not depend on where a link points.
[[nodiscard]] Result<quint64> folderId(const QString &path);

// True only if the folder with that id is certainly not at `path`; false when the disk can't be read.
[[nodiscard]] bool isGone(const QString &path, quint64 id);

// Whether what has that inode is at `path`. Io when the disk can't be read; nothing may be concluded from that.
[[nodiscard]] Result<bool> isAt(const QString &path, quint64 id);

// Io with both paths; the exchange may have happened when the sync after it failed.
[[nodiscard]] Outcome exchangeFolders(const QString &first, const QString &second);

// Puts the release with the inode `stagedId` in the place of `installed`; what was there is then at `staged`. A missing
// `installed` is made first, empty, for a first installation. Does nothing if it has happened already.
// InstallFailed, NotFound, Io.
[[nodiscard]] Outcome exchangeIn(const QString &installed, const QString &staged, quint64 stagedId);

enum class RollBack { WasNeverIn, Done };
// Reverses exchangeIn().
[[nodiscard]] Result<RollBack> rollBackExchange(const QString &installed, const QString &staged, quint64 stagedId);

// Moves the folder with that id from `from` to `to` and removes what was there. Does only the removal if the move has
// happened already.
[[nodiscard]] Outcome moveReplacing(const QString &from, const QString &to, quint64 id);

// Moves whatever is at `from` to `to`, replacing an older one there. Does nothing if `from` is gone. What can't be
// removed of the older one is left beside it, as <to>.unremovable-1 and so on.
[[nodiscard]] Outcome replaceFolder(const QString &from, const QString &to);

// Removes a folder and all below it; folders that take no writes are made to, if they are ours. Succeeds if there is
// none.
[[nodiscard]] Outcome removeFolder(const QString &path);

} // namespace sgn::system
