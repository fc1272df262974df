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

bool wasSignedBefore(const TrustedRelease &release, const Installed &installed)
{
    return release.created && installed.created && *release.created < *installed.created;
}

bool hasAllOf(const QList<ProcessReport> &installed, const QList<ProcessVersion> &asked)
{
    return std::ranges::all_of(installed, [&asked](const ProcessReport &process) {
        return std::ranges::find(asked, process.name, &ProcessVersion::name) != asked.end();
    });
}

Result<Admission> admitMeter(const UpdateCommand &update, const TrustedRelease &release, const Installed &installed)
{
    auto admission = admitProcesses(update.processes, installed.processes);
    if (admission == Admission::Install && wasSignedBefore(release, installed) &&
        !hasAllOf(installed.processes, update.processes)) {
        return fail(ErrorCode::Downgrade,
                    u"this release lacks a process that is installed, and was signed on %1, before one of %2 that has "
                    "been installed; sign it anew"_s.arg(release.created->toString(Qt::ISODate),
                                                         installed.created->toString(Qt::ISODate)));
    }
    return admission;
}

Result<Admission> admitUpdate(const UpdateCommand &update, const TrustedRelease &release, const Installed &installed)
{
    if (release.downgrade == Downgrade::Allowed) {
        return Admission::Install;
    }
    auto admission = update.component == Component::SmartMeter ? admitMeter(update, release, installed)
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
    if (release.downgrade == Downgrade::Refused && wasSignedBefore(release, installed)) {
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
    return std::visit(Overloaded{
                          [&](const UpdateCommand &update) { return admitUpdate(update, release, installed); },
                          [&](const CaCertUpdate &update) { return admitCa(update, release, installed); },
                          [](const Rollback &) -> Result<Admission> { return Admission::Install; },
                      },
                      release.task);
}

} // namespace sgn::update
