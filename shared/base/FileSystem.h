// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn {

// Whether the file system of a file or folder takes no writes, as that of a worn card, which the kernel makes
// read-only.
[[nodiscard]] bool isReadOnlyFileSystem(const QString &path);

// Bytes that any user may still write to the file system of a file or folder. The kernel's figure: QStorageInfo takes
// it from the table of mounts, where the root of a chroot isn't. Errors: Io.
[[nodiscard]] Result<qint64> availableBytes(const QString &path);

} // namespace sgn
