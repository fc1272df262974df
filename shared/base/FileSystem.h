// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sgn {

// Whether the file system of a file or folder takes no writes, as that of a worn card, which the kernel makes
// read-only.
[[nodiscard]] bool isReadOnlyFileSystem(const QString &path);

} // namespace sgn
