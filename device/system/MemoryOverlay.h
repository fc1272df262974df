// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "system/Account.h"

#include <QStringList>

namespace sgn::system {

// Where the card takes no writes, these folders, absolute paths with names of their own, get a writable layer in memory
// above what is on the card (overlayfs over one tmpfs), so that the agent runs, hears and answers. It is gone with the
// next start of the machine. What is outside of these folders stays as it is: nothing can be installed, and nobody is
// told that it was. A socket that somebody listens on already can't be reached below a layer.
//
// Needs root's own rights. Whether layers were made: not while the card can be written, nor where they are already.
// Refused for a folder that isn't `owner`'s; Io.
[[nodiscard]] Result<bool> makeWritable(const QString &root, const QStringList &folders, const Account &owner);

} // namespace sgn::system
