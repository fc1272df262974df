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

Result<Admission> admitVersion(int installed, int asked)
{
    if (asked < installed) {
        return downgrade(u"agent"_s, installed, asked);
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

} // namespace

Outcome checkPolicy(const UpdateCommand &command, const Policy &policy)
{
    if (command.url.scheme() != "https"_L1 && !(policy.allowHttp && command.url.scheme() == "http"_L1)) {
        return fail(ErrorCode::BadRequest, u"field \"url\" must be an https address"_s);
    }
    if (policy.needsSignature) {
        // A manifest that can't be checked is worth no more than none.
        return fail(ErrorCode::NotSigned, command.release.isEmpty()
                                              ? u"this device installs signed releases only"_s
                                              : u"this agent version can't check release manifests"_s);
    }
    return {};
}

Result<Admission> admit(const UpdateCommand &command, const Installed &installed)
{
    if (command.force) {
        return Admission::Install;
    }
    return command.component == Component::SmartMeter ? admitProcesses(command.processes, installed.processes)
                                                      : admitVersion(installed.agentVersion, command.version);
}

} // namespace sgn::update
