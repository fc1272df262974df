// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Process.h"
#include "update/ReleasePaths.h"

namespace sgn::update {

// Whether the staged release has programs for the processes that are to run from it, as far as files show: under the
// process's name, as the watchdog looks for them, with a first line that the kernel can use. A process whose program
// has another name is passed over. So a release that can't run is refused while the old one still does. Reads the
// beginning of each program. BadArchive, InstallFailed (an interpreter that the device hasn't), Io.
[[nodiscard]] Outcome checkPrograms(const ReleasePaths &paths, const QList<ProcessVersion> &expected);

} // namespace sgn::update
