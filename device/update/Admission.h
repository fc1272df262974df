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
    QList<ProcessReport> processes;   // empty when the watchdog doesn't reply
    std::optional<int> version;       // of the requested component, where it has one
    QByteArray sha256;                // of the CA file
    std::optional<QDateTime> created; // the newest signature of a CA file, or a meter's release, installed here
    std::optional<Error> unknown;     // why the processes aren't known, where they matter
};

enum class Admission { Install, AlreadyInstalled };

// Whether the task has to be carried out. Downgrade when any version is lower than the installed one, or a CA file was
// signed before one that has been installed, so that a withdrawn authority isn't restored, and that isn't allowed. The
// same for a meter's release without a process that is installed: the versions of the others don't show which of the
// two is newer. `force` installs also what is installed already. A rollback always has to be carried out.
[[nodiscard]] Result<Admission> admit(const TrustedRelease &release, const Installed &installed);

} // namespace sgn::update
