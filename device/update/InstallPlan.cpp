// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/InstallPlan.h"

#include "base/FileSystem.h"
#include "system/FolderExchange.h"
#include "update/PreviousRelease.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

// Finds the version that will run, and for a rollback whether there is a previous release.
Outcome resolveVersion(const Task &task, const ReleasePaths &paths, InstallPlan &plan)
{
    if (const auto *const update = std::get_if<UpdateCommand>(&task)) {
        if (update->component != Component::SmartMeter) {
            plan.version = update->version;
        }
        return {};
    }
    const auto *const rollback = std::get_if<Rollback>(&task);
    // Only the watchdog can read its own previous release.
    if (rollback == nullptr || rollback->component == Component::WatchDog) {
        return {};
    }
    const auto previous = readPreviousRelease(paths);
    const auto id = previous ? system::inodeOf(paths.previous()) : fail(previous.error());
    if (!id) {
        return fail(ErrorCode::InstallFailed, id.error().message);
    }
    if (rollback->component == Component::JabberClient && !previous->version) {
        return fail(ErrorCode::InstallFailed, u"the previous release of the agent has no version file"_s);
    }
    plan.version = previous->version;
    plan.stagedId = *id;
    return {};
}

} // namespace

Result<InstallPlan> planInstall(const Task &task, const Policy &policy, const Installed &installed,
                                const ReleasePaths &paths, const QString &root)
{
    const auto trusted = trustRelease(task, policy);
    if (!trusted) {
        return fail(trusted.error());
    }
    if (installed.unknown && !policy.releaseKeys.isEmpty()) {
        // An older release is signed as well.
        return fail(ErrorCode::InstallFailed,
                    u"whether an older release would replace a newer one is unknown: "_s + installed.unknown->message);
    }
    const auto admission = admit(*trusted, installed);
    if (!admission) {
        return fail(admission.error());
    }
    InstallPlan plan;
    plan.admission = *admission;
    plan.created = trusted->created;
    if (plan.admission == Admission::AlreadyInstalled) {
        return plan;
    }
    if (const auto resolved = resolveVersion(task, paths, plan); !resolved) {
        return fail(resolved.error());
    }
    if (isReadOnlyFileSystem(root)) {
        return fail(ErrorCode::InstallFailed, u"the card is read-only, nothing can be installed on it"_s);
    }
    return plan;
}

} // namespace sgn::update
