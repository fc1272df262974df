// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>

namespace sgn {

struct PatchReport
{
    int files = 0;    // that have a patch now
    qint64 bytes = 0; // that the zip has grown by
};

// Adds patches (FilePatch.h) to a release zip: of each file that an older release has in another form, where that saves
// a fifth of what a device would fetch. The zip is exchanged for one with the same members and the patches behind them;
// those of other releases stay. Reads and writes everything: meant for the desk. Errors: those of extractZip(),
// NoSpace, Io; the zip is as it was then.
[[nodiscard]] Result<PatchReport> addPatches(const QString &zip, const QString &oldZip);

} // namespace sgn
