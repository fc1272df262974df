// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"
#include "protocol/Process.h"
#include "update/ReleaseTrust.h"

#include <optional>
#include <QList>

namespace sgn::update {

// What is installed, as far as it is known.
struct Installed
{
    QList<ProcessReport> processes; // empty when the watchdog couldn't be asked
    int agentVersion = 0;
    std::optional<int> watchdogVersion; // empty as well
};

enum class Admission { Install, AlreadyInstalled };

// Whether there is anything to do. Downgrade when any version is lower than what is installed and that isn't allowed;
// `force` installs also what is there already.
[[nodiscard]] Result<Admission> admit(const TrustedRelease &release, const Installed &installed);

} // namespace sgn::update
