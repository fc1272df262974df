// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn::system {

// Succeeds if the folder `path` and every folder above it belongs to root or to this process's user, and no other user
// can put another thing in its place: a sticky folder may be open to others, any other one may not. `path` is absolute;
// for a link on it the same holds, and for all that it leads through. Refused with the first folder that isn't so;
// NotFound, Io.
[[nodiscard]] Outcome checkFoldersAreOurs(const QString &path);

} // namespace sgn::system
