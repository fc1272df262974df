// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/Admission.h"
#include "update/ReleasePaths.h"

namespace sgn::update {

// What is known of an update before it touches anything.
struct InstallPlan
{
    Admission admission = Admission::Install;
    std::optional<int> version;            // of the release that will run, where it has one
    quint64 stagedId = 0;                  // for a rollback, whose release is staged already
    std::optional<QDateTime> created = {}; // when a signed release was made
};

// Whether a task may be carried out on what is installed, and what it leads to. BadSignature and NotSigned (the keys
// may have changed since it was accepted), Downgrade; InstallFailed when it can't be known whether it is a downgrade,
// when there is no previous release, or when nothing can be written below `root`.
[[nodiscard]] Result<InstallPlan> planInstall(const Task &task, const Policy &policy, const Installed &installed,
                                              const ReleasePaths &paths, const QString &root);

} // namespace sgn::update
