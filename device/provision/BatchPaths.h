// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QString>
#include <QStringList>

namespace sgn::provision {

// What a batch reads, and where it writes.
struct BatchPaths
{
    QStringList inputs;
    QString accounts; // read and written; empty: none
    QString folder;
    QStringList names; // of the devices' files
};

// BadRequest: what is to be written would replace something that is read, by whatever name; an image that lies in the
// folder of the results and is called as a device is, for example. Looks at the disk.
[[nodiscard]] Outcome checkBatchPaths(const BatchPaths &paths);

} // namespace sgn::provision
