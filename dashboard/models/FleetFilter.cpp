// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FleetFilter.h"

namespace sgn::models {

FleetFilter::FleetFilter(FleetModel &fleet, QObject *parent)
    : TableFilter(fleet, parent)
    , m_fleet(fleet)
{}

void FleetFilter::setGroup(Group group)
{
    if (group == m_group) {
        return;
    }
    m_group = group;
    filterAgain();
    Q_EMIT groupChanged();
}

void FleetFilter::toggleGroup(Group group)
{
    setGroup(group == m_group ? All : group);
}

QString FleetFilter::groupText() const
{
    switch (m_group) {
    case Online:
        return tr("Online");
    case Offline:
        return tr("Offline");
    case Dead:
        return tr("Dead processes");
    case Updating:
        return tr("Updating");
    case Attention:
        return tr("Need attention");
    case All:
        break;
    }
    return {};
}

QString FleetFilter::versionText() const
{
    return m_process.isEmpty() ? QString() : tr("%1 version %2").arg(m_process, m_version);
}

bool FleetFilter::isNarrowed() const
{
    return m_group != All || !m_process.isEmpty() || !filterText().isEmpty();
}

void FleetFilter::setVersion(const QString &process, const QString &version)
{
    m_process = process;
    m_version = version;
    filterAgain();
    Q_EMIT versionChanged();
}

void FleetFilter::clearVersion()
{
    setVersion({}, {});
}

void FleetFilter::clear()
{
    setGroup(All);
    clearVersion();
    setFilterText({});
}

void FleetFilter::chooseCurrent()
{
    if (m_fleet.rowOf(currentKey()) >= 0 || m_fleet.rowCount() == 0) {
        return;
    }
    int best = 0;
    for (int row = 1; row < m_fleet.rowCount(); ++row) {
        if (attentionOf(m_fleet.device(row)).level > attentionOf(m_fleet.device(best)).level) {
            best = row;
        }
    }
    setCurrentKey(m_fleet.key(best));
}

bool FleetFilter::accepts(int sourceRow) const
{
    const records::Device &device = m_fleet.device(sourceRow);
    if (!m_process.isEmpty()) {
        const records::DeviceProcess *process = device.process(m_process);
        if (!process || compareVersions(versionOf(process->report), m_version) != 0) {
            return false;
        }
    }
    switch (m_group) {
    case Online:
        return device.online;
    case Offline:
        return !device.online;
    case Dead:
        return device.deadCount() > 0;
    case Updating:
        return device.isUpdating();
    case Attention:
        return attentionOf(device).isNeeded();
    case All:
        break;
    }
    return true;
}

} // namespace sgn::models
