// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/Result.h"

#include <QString>
#include <sys/types.h>

namespace sgn {

// open(2) for a file of our own in a folder that others can write to: neither a pipe nor a device in its place blocks
// the program, and no link leads it elsewhere. `flags` are open(2)'s, `mode` counts with O_CREAT. Close-on-exec.
// Errors: Refused (at `path` is a link or another thing that is no regular file), NotFound, NoSpace, Io.
[[nodiscard]] Result<Descriptor> openRegularFile(const QString &path, int flags, mode_t mode = 0644);

} // namespace sgn
