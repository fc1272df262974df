// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Admission.h"

#include <algorithm>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

tl::unexpected<Error> downgrade(const QString &what, int installed, int asked)
{
    return fail(ErrorCode::Downgrade,
                u"%1 version %2 is installed, which is newer than %3"_s.arg(what).arg(installed).arg(asked));
}

Result<Admission> admitVersion(const QString &what, int installed, int asked)
{
    if (asked < installed) {
        return downgrade(what, installed, asked);
    }
    return asked == installed ? Admission::AlreadyInstalled : Admission::Install;
}

Result<Admission> admitProcesses(const QList<ProcessVersion> &asked, const QList<ProcessReport> &installed)
{
    bool allThere = true;
    for (const ProcessVersion &process : asked) {
        const auto it = std::ranges::find(installed, process.name, &ProcessReport::name);
        if (it == installed.end()) {
            allThere = false;
            continue;
        }
        if (process.version < it->version) {
            return downgrade(process.name, it->version, process.version);
        }
        allThere = allThere && process.version == it->version;
    }
    return allThere ? Admission::AlreadyInstalled : Admission::Install;
}

Result<Admission> admitComponent(const UpdateCommand &command, const Installed &installed)
{
    switch (command.component) {
    case Component::SmartMeter:
        return admitProcesses(command.processes, installed.processes);
    case Component::JabberClient:
        return admitVersion(u"agent"_s, installed.agentVersion, command.version);
    case Component::WatchDog:
        // The watchdog judges for itself once more.
        return installed.watchdogVersion ? admitVersion(u"watchdog"_s, *installed.watchdogVersion, command.version)
                                         : Admission::Install;
    case Component::SitePackages:
        break;
    }
    return Admission::Install;
}

} // namespace

Result<Admission> admit(const TrustedRelease &release, const Installed &installed)
{
    if (release.downgrade == Downgrade::Allowed) {
        return Admission::Install;
    }
    const UpdateCommand &command = release.command;
    auto admission = admitComponent(command, installed);
    if (admission && command.force) {
        return Admission::Install;
    }
    if (!admission && command.force) {
        return fail(ErrorCode::Downgrade,
                    admission.error().message + u"; neither an operator nor the release's signature allows that"_s);
    }
    return admission;
}

} // namespace sgn::update
