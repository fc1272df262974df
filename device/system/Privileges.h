// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn::system {

// A process of root becomes one of the account that owns `root`, permanently, with that account's groups; a process of
// anyone else stays as it is, and so does root's when the folder is root's own. To be called before the first thread.
// NotFound when the folder isn't there, Refused when the switch fails or as by ownerOfFolder() (UserAccount.h): the
// program must not go on then.
[[nodiscard]] Outcome becomeOwnerOf(const QString &root);

} // namespace sgn::system
