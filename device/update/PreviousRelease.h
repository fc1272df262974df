// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Process.h"
#include "update/ReleasePaths.h"

#include <optional>
#include <QList>

namespace sgn::update {

// What ran with the release that is kept for a rollback.
struct PreviousRelease
{
    std::optional<int> version;      // of a component that has one
    QList<ProcessVersion> processes; // of a SmartMeter release

    friend bool operator==(const PreviousRelease &, const PreviousRelease &) = default;
};

// Reads the notes beside the release; without them the version is the one in its version file, where there is one.
// NotFound when no release is kept.
[[nodiscard]] Result<PreviousRelease> readPreviousRelease(const ReleasePaths &paths);
// Durable when it returns. NoSpace, Io.
[[nodiscard]] Outcome notePreviousRelease(const ReleasePaths &paths, const PreviousRelease &release);

} // namespace sgn::update
