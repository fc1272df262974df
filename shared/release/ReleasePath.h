// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringView>

namespace sgn {

// Whether the path of a file in a release can be used below a folder: relative, below `topFolder`, no empty, "." or
// ".." part, no backslash, no control character, at most 1024 bytes and 255 a part.
[[nodiscard]] bool isReleasePath(QStringView path, QStringView topFolder);

} // namespace sgn
