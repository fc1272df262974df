// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "system/UserAccount.h"

#include <QStringList>
#include <sys/types.h>

namespace sgn::system {

// What a folder of the device needs.
enum class Cover { NotNeeded, Layer, Refused };

// `isRootReadOnly`, `isFolderReadOnly`: the file system of the device's root folder, or of this one, takes no writes.
// Refused for a folder of another user than the device's owner: what lies there isn't the device's.
[[nodiscard]] Cover coverFor(bool isRootReadOnly, bool isFolderReadOnly, uid_t folderOwner, uid_t owner);

// Where the card takes no writes, these folders, absolute paths with names of their own, get a writable layer in memory
// above what is on the card (overlayfs over one tmpfs), so that the agent runs, receives commands and replies. The
// layer is gone with the next start of the machine. What is outside of these folders stays as it is: nothing can be
// installed, and no result of an installation is reported. A socket that is in use already can't be reached below a
// layer.
//
// Needs root's own rights. Returns whether layers were made: not while the card can be written, nor where they are
// already. Refused for a folder that isn't `owner`'s; Io.
[[nodiscard]] Result<bool> makeWritable(const QString &root, const QStringList &folders, const UserAccount &owner);

} // namespace sgn::system
