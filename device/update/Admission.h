// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Process.h"
#include "update/ReleaseTrust.h"

#include <optional>
#include <QByteArray>
#include <QList>

namespace sgn::update {

// What is installed, as far as it is known.
struct Installed
{
    QList<ProcessReport> processes;   // empty when the watchdog couldn't be asked
    std::optional<int> version;       // of the component that is asked for, where it has one
    QByteArray sha256;                // of the CA file
    std::optional<QDateTime> created; // the newest signature of a CA file that was installed here
    std::optional<Error> unknown;     // why the processes aren't known, where they matter
};

enum class Admission { Install, AlreadyInstalled };

// Whether there is anything to do. Downgrade when any version is lower than what is installed, or a CA file was signed
// before one that has been installed, so that a withdrawn authority doesn't come back, and that isn't allowed;
// `force` installs also what is there already. The way back is always something to do.
[[nodiscard]] Result<Admission> admit(const TrustedRelease &release, const Installed &installed);

} // namespace sgn::update
