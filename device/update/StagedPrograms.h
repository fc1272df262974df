// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Process.h"
#include "update/ReleasePaths.h"

#include <functional>
#include <QByteArray>

namespace sgn::update {

// Why a file that begins like this can't be run as a program, as one half of a sentence; empty if nothing speaks
// against it. `exists` returns whether an interpreter is on this device. Pure.
[[nodiscard]] QString headProblem(const QByteArray &head, const std::function<bool(const QByteArray &path)> &exists);

// Whether the staged release has programs for the processes that are to run from it, as far as files show: under the
// process's name, as the watchdog looks for them, with a first line that the kernel can use. A process whose program
// has another name is passed over. So a release that can't run is refused while the old one still does. Reads the
// beginning of each program. BadArchive, InstallFailed (an interpreter that the device hasn't), Io.
[[nodiscard]] Outcome checkPrograms(const ReleasePaths &paths, const QList<ProcessVersion> &expected);

} // namespace sgn::update
