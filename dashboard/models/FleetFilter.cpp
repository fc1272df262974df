// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FleetFilter.h"

#include "base/EnumNames.h"

#include <algorithm>

namespace sgn::models {

using namespace Qt::StringLiterals;

namespace {

// As views are saved.
constexpr auto groupNames = enumNames<FleetFilter::Group>({
    {FleetFilter::All, ""_L1},
    {FleetFilter::Online, "online"_L1},
    {FleetFilter::Offline, "offline"_L1},
    {FleetFilter::Dead, "dead"_L1},
    {FleetFilter::Updating, "updating"_L1},
    {FleetFilter::Attention, "attention"_L1},
});

// Only with an operator: "dead" alone is a text that may be in a name.
bool looksLikeQuery(const QString &text)
{
    return std::ranges::any_of(text, [](QChar c) { return u"=<>~!"_s.contains(c); });
}

} // namespace

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

records::ViewContent FleetFilter::content() const
{
    return {filterText().simplified(), groupNames.nameOf(m_group), m_process, m_version};
}

void FleetFilter::show(const records::ViewContent &content)
{
    setGroup(groupNames.valueOf(content.group).value_or(All));
    setVersion(content.process, content.version);
    setFilterText(content.text);
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

Needle FleetFilter::needleOf(const QString &text)
{
    m_query.reset();
    if (looksLikeQuery(text)) {
        if (records::Expected<core::DeviceQuery> query = core::DeviceQuery::parse(text)) {
            m_query = *std::move(query);
            return {};
        }
    }
    return TableFilter::needleOf(text);
}

bool FleetFilter::accepts(int sourceRow) const
{
    const records::Device &device = m_fleet.device(sourceRow);
    if (m_query && !m_query->matches(device)) {
        return false;
    }
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
