// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "update/ReleasePaths.h"
#include "update/Task.h"

#include <QString>

namespace sgn::update {

// Where this device has what an update can replace.
struct InstallLocations
{
    QString root;         // holds the components' folders
    QString downloads;    // below it
    QString caFile;       // certs/cacert.pem
    QString sitePackages; // as configured; empty: looked for
};

// Returns the folder of the user's Python packages (seed step 5: .local/lib/python3.5/site-packages beside the root
// folder, of whatever Python the device has). The configured one; else that of the Python which the meter's scripts
// name in their first line, or which the system's python3 is; else the newest one on disk. It need not exist yet.
// NotFound when the device has no Python. Reads a few small files.
inline constexpr QLatin1StringView systemPython3("/usr/bin/python3");
[[nodiscard]] Result<QString> findSitePackages(const InstallLocations &locations,
                                               const QString &systemPython = systemPython3);

// `sitePackages` is what findSitePackages() returned when the task began; only that component needs it.
[[nodiscard]] ReleasePaths pathsFor(const Task &task, const InstallLocations &locations, const QString &sitePackages);

} // namespace sgn::update
