// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Admission.h"

#include "base/Overloaded.h"

#include <algorithm>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

tl::unexpected<Error> downgrade(const QString &what, int installed, int asked)
{
    return fail(ErrorCode::Downgrade,
                u"%1 version %2 is installed, which is newer than %3"_s.arg(what).arg(installed).arg(asked));
}

QString nameFor(Component component)
{
    switch (component) {
    case Component::SmartMeter:
        return u"meter"_s;
    case Component::JabberClient:
        return u"agent"_s;
    case Component::WatchDog:
        return u"watchdog"_s;
    case Component::SitePackages:
        return u"Python packages"_s;
    }
    Q_UNREACHABLE();
}

// A folder that was laid out by hand may have no version file; then it never counts as the requested release.
Result<Admission> admitVersion(const UpdateCommand &update, std::optional<int> installed)
{
    if (installed && update.version < *installed) {
        return downgrade(nameFor(update.component), *installed, update.version);
    }
    return installed == update.version ? Admission::AlreadyInstalled : Admission::Install;
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

Result<Admission> admitUpdate(const UpdateCommand &update, Downgrade downgrade, const Installed &installed)
{
    if (downgrade == Downgrade::Allowed) {
        return Admission::Install;
    }
    auto admission = update.component == Component::SmartMeter ? admitProcesses(update.processes, installed.processes)
                                                               : admitVersion(update, installed.version);
    if (admission && update.force) {
        return Admission::Install;
    }
    if (!admission && update.force) {
        return fail(ErrorCode::Downgrade,
                    admission.error().message + u"; neither an operator nor the release's signature allows that"_s);
    }
    return admission;
}

Result<Admission> admitCa(const CaCertUpdate &update, const TrustedRelease &release, const Installed &installed)
{
    if (!update.sha256.isEmpty() && update.sha256 == installed.sha256) {
        return Admission::AlreadyInstalled;
    }
    if (release.downgrade == Downgrade::Refused && release.created && installed.created &&
        *release.created < *installed.created) {
        return fail(ErrorCode::Downgrade,
                    u"this CA file was signed on %1, and one of %2 has been installed; neither an operator nor its "
                    "signature allows that"_s.arg(release.created->toString(Qt::ISODate),
                                                  installed.created->toString(Qt::ISODate)));
    }
    return Admission::Install;
}

} // namespace

Result<Admission> admit(const TrustedRelease &release, const Installed &installed)
{
    return std::visit(
        Overloaded{
            [&](const UpdateCommand &update) { return admitUpdate(update, release.downgrade, installed); },
            [&](const CaCertUpdate &update) { return admitCa(update, release, installed); },
            [](const Rollback &) -> Result<Admission> { return Admission::Install; },
        },
        release.task);
}

} // namespace sgn::update
