// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"

namespace sgn {

// A failed system call as an Error: "<what>: No space left on device". `error` is the errno it left. The code is
// NoSpace for a full disk or quota, NotFound for ENOENT and else Io.
[[nodiscard]] Error systemError(const QString &what, int error);

} // namespace sgn
