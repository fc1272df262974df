// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "package/ReleaseZip.h"

namespace sgn::core {

class Fleet;

// For each process of the release the version in the zip, else one more than the highest version in the fleet.
[[nodiscard]] QList<ProcessVersion> suggestedVersions(const ReleaseZip &zip, const Fleet &fleet);
// The version in the zip, else one more than the highest in the fleet.
[[nodiscard]] int suggestedVersion(const ReleaseZip &zip, const Fleet &fleet);

} // namespace sgn::core
