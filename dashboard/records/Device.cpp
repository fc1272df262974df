// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/Device.h"

#include "protocol/Version.h"

#include <algorithm>

namespace sgn::records {

std::shared_ptr<const UpdateTarget> updateTargetOf(const IssuedCommand &record)
{
    const auto *update = std::get_if<UpdateCommand>(&record.command.body);
    if (!update) {
        return nullptr;
    }
    return std::make_shared<UpdateTarget>(
        UpdateTarget{record.number, update->component, update->processes, update->version, record.createdAt});
}

QStringView Device::name() const
{
    if (!label.isEmpty()) {
        return label;
    }
    const qsizetype at = jid.indexOf(u'@');
    return at > 0 ? QStringView(jid).left(at) : QStringView(jid);
}

const DeviceProcess *processNamed(const QList<DeviceProcess> &processes, QStringView name)
{
    const auto it =
        std::ranges::find_if(processes, [name](const DeviceProcess &process) { return process.report.name == name; });
    return it == processes.end() ? nullptr : &*it;
}

const DeviceProcess *Device::process(QStringView processName) const
{
    return processNamed(processes, processName);
}

int Device::deadCount() const
{
    return static_cast<int>(
        std::ranges::count_if(processes, [](const DeviceProcess &process) { return process.report.isDead; }));
}

bool Device::isUpdating() const
{
    return update && !isFinal(update->state);
}

std::optional<int> Device::wantedVersion(QStringView processName) const
{
    if (!update || !update->target) {
        return std::nullopt;
    }
    const auto &wanted = update->target->processes;
    const auto it = std::ranges::find_if(
        wanted, [processName](const ProcessVersion &version) { return version.name == processName; });
    if (it == wanted.end()) {
        return std::nullopt;
    }
    const DeviceProcess *have = process(processName);
    const bool isThere = have && isVersion(have->report, it->version);
    return isThere ? std::nullopt : std::optional(it->version);
}

bool Device::isBehind(QStringView processName) const
{
    const std::optional<int> wanted = wantedVersion(processName);
    const DeviceProcess *have = process(processName);
    return wanted && have && compareVersions(versionOf(have->report), QString::number(*wanted)) < 0;
}

bool Device::isBehind() const
{
    if (!update || !update->target) {
        return false;
    }
    if (update->target->component != Component::SmartMeter) {
        const ReportedVersion have = releaseVersion(update->target->component);
        return have.isKnown() && compareVersions(have, update->target->version) < 0;
    }
    return std::ranges::any_of(processes,
                               [this](const DeviceProcess &process) { return isBehind(process.report.name); });
}

ReportedVersion Device::releaseVersion(Component component) const
{
    switch (component) {
    case Component::SmartMeter:
        return {};
    case Component::JabberClient:
        return facts.agentVersion;
    case Component::WatchDog:
        return facts.watchdogVersion;
    case Component::SitePackages:
        return facts.packagesVersion;
    }
    Q_UNREACHABLE();
}

} // namespace sgn::records
