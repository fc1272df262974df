// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/SuggestedVersions.h"

#include "core/Fleet.h"

namespace sgn::core {

QList<ProcessVersion> suggestedVersions(const ReleaseZip &zip, const Fleet &fleet)
{
    QList<ProcessVersion> versions;
    for (const QString &name : zip.processNames) {
        const int highest = fleet.highestVersion(name);
        versions += ProcessVersion{name, zip.version.value_or(highest < maxVersion ? highest + 1 : highest)};
    }
    return versions;
}

int suggestedVersion(const ReleaseZip &zip, const Fleet &fleet)
{
    const int highest = fleet.highestVersion(zip.component);
    return zip.version.value_or(highest < maxVersion ? highest + 1 : highest);
}

} // namespace sgn::core
