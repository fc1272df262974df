// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sgn::agent {

// The version of the release that a program in `folder` belongs to: the whole number in the file `version` beside it,
// or the one compiled in where there is no such file.
[[nodiscard]] int releaseVersion(const QString &folder);

} // namespace sgn::agent
