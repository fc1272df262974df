// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "release/ReleaseManifest.h"

#include <optional>

namespace sgn::provision {

// What the user states about a release that is to be signed; the rest is in the zip.
struct ReleaseOrder
{
    QString component;               // as in the manifest
    QList<ProcessVersion> processes; // SmartMeter; those whose version isn't the zip's
    std::optional<int> version;      // the others
    QString name;                    // for the panel's user; empty: the zip's
    bool allowsDowngrade = false;
};

// The whole manifest of a zip, or of a CA certificate. Blocks. BadRequest when order and zip contradict each other or a
// version is missing, with the option that gives it; else as readReleaseZip() and readReleaseFiles().
[[nodiscard]] Result<ReleaseManifest> describeRelease(const QString &file, const ReleaseOrder &order,
                                                      const QDateTime &now);

} // namespace sgn::provision
