// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FleetModel.h"

#include "models/Age.h"
#include "wording/Attention.h"
#include "wording/Processes.h"

#include <algorithm>
#include <QCoreApplication>
#include <QtMath>

using namespace Qt::StringLiterals;

namespace sgn::models {

namespace {

// UTF-8 takes half the memory, and its bytes are contained where its characters are.
QByteArray searchKey(const records::Device &device)
{
    constexpr int usually = 160;
    QString key;
    key.reserve(usually);
    const auto add = [&key](const QString &text) {
        key.append(text).append(u'\n');
    };
    for (const QString &text : {device.label, device.jid, device.rpiUniqueId, device.facts.model, device.notes.text}) {
        add(text);
    }
    std::ranges::for_each(device.tags, add);
    std::ranges::for_each(device.notes.fields, add);
    for (const records::DeviceProcess &process : device.processes) {
        key.append(process.report.name).append(u' ');
        add(versionOf(process.report));
    }
    QByteArray folded = TableModel::fold(key).toUtf8();
    folded.squeeze(); // toUtf8() takes three times what Latin letters need
    return folded;
}

// Dead ones first, then by version; who doesn't have the process comes last.
SortKey sortKeyOfProcess(const records::DeviceProcess *process)
{
    enum Group { Dead, Alive, Absent };
    if (!process || process->report.isDead) {
        return {.number = process ? Dead : Absent};
    }
    SortKey version = sortKeyOf(process->report);
    return {.number = Alive, .second = version.number, .text = std::move(version.text)};
}

} // namespace

FleetModel::FleetModel(core::Fleet &fleet, const Clock &clock, QObject *parent)
    : TableModel(parent)
    , m_fleet(fleet)
    , m_clock(clock)
{
    connect(&fleet, &core::Fleet::reset, this, &FleetModel::rewind);
    connect(&fleet, &core::Fleet::devicesAdded, this, &FleetModel::onAdded);
    connect(&fleet, &core::Fleet::devicesChanged, this, &FleetModel::onChanged);
    connect(&fleet, &core::Fleet::processNamesChanged, this, &FleetModel::updateColumns);
    rewind();
}

records::Attention FleetModel::why(int row) const
{
    return attentionOf(m_fleet.at(row));
}

int FleetModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_count;
}

int FleetModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : whyColumn() + 1;
}

Column FleetModel::column(int index) const
{
    if (index == DeviceColumn) {
        return {.id = u"device"_s, .title = tr("Device"), .width = m_nameWidth, .minimumWidth = m_nameWidth};
    }
    if (index == SeenColumn) {
        return {.id = u"seen"_s, .title = tr("Seen"), .width = 64};
    }
    if (index == agentColumn()) {
        return {.id = u"agent"_s, .title = tr("Agent"), .width = 60};
    }
    if (index == whyColumn()) {
        return {
            .id = u"why"_s, .title = tr("Why"), .width = 136, .minimumWidth = 136, .grows = true, .readableWidth = 320};
    }
    const QString name = m_processes.value(index - FirstProcess);
    return {.id = u"process:"_s + name, .title = name, .width = 116, .minimumWidth = 100};
}

Cell FleetModel::cell(int row, int column) const
{
    const records::Device &device = m_fleet.at(row);
    if (column == DeviceColumn) {
        return deviceCell(device);
    }
    if (column == SeenColumn) {
        return seenCell(device);
    }
    if (column == agentColumn()) {
        return agentCell(device);
    }
    if (column == whyColumn()) {
        return whyCell(device);
    }
    return processCell(device, m_processes.value(column - FirstProcess));
}

Cell FleetModel::deviceCell(const records::Device &device) const
{
    Cell cell;
    cell.text = device.name().toString();
    cell.dot = !device.online ? Cell::Offline : device.notAnswering ? Cell::Silent : Cell::Online;
    const QString state = !device.online        ? tr("offline")
                          : device.notAnswering ? tr("online, but not answering")
                                                : tr("online");
    cell.hint = tr("%1, %2").arg(device.jid, state);
    return cell;
}

Cell FleetModel::seenCell(const records::Device &device) const
{
    Cell cell;
    cell.text = ageText(device.lastSeen, m_clock.wallUtc());
    cell.tone = Cell::Muted;
    cell.hint = fullMomentText(device.lastSeen);
    return cell;
}

Cell FleetModel::processCell(const records::Device &device, const QString &name) const
{
    Cell cell;
    const records::DeviceProcess *process = device.process(name);
    if (!process) {
        cell.text = u"–"_s;
        cell.tone = Cell::Muted;
        return cell;
    }
    const QString version = versionOf(process->report);
    const std::optional<int> wanted = device.wantedVersion(name);
    if (process->report.isDead) {
        const QString since = process->deadSince.isValid() ? ageText(process->deadSince, m_clock.wallUtc()) : QString();
        //: a process that is dead, and for how long, e.g. "dead 3 min"
        cell.text = since.isEmpty() ? tr("dead") : tr("dead %1").arg(since);
        cell.tone = Cell::Bad;
        cell.badge = true;
        cell.hint = tr("version %1").arg(version);
        if (process->report.lastExit) {
            cell.hint += u", "_s + wording::deathText(*process->report.lastExit);
        }
    } else if (wanted && device.isUpdating()) {
        cell.text = u"%1 → %2"_s.arg(version).arg(*wanted);
        cell.tone = Cell::Accent;
        cell.badge = true;
        cell.hint = tr("an update is on its way");
    } else if (wanted) {
        cell.text = version;
        cell.tone = Cell::Warning;
        cell.badge = true;
        cell.hint = tr("the update brings version %1").arg(*wanted);
    } else {
        cell.text = version;
    }
    return cell;
}

Cell FleetModel::agentCell(const records::Device &device) const
{
    Cell cell;
    const ReportedVersion &version = device.facts.agentVersion;
    cell.text = version.isKnown() ? version.text() : u"–"_s;
    cell.tone = Cell::Muted;
    if (!version.isKnown()) {
        cell.hint = tr("not reported by this device");
    }
    return cell;
}

Cell FleetModel::whyCell(const records::Device &device) const
{
    Cell cell;
    const records::Attention why = attentionOf(device);
    cell.text = wording::reasonText(device, why, m_clock.wallUtc());
    cell.hint = cell.text;
    cell.action = actionText(why.action);
    if (why.level == records::Attention::Level::Note && !device.isUpdating()) {
        cell.tone = Cell::Muted;
    }
    if (device.isUpdating() && device.update->percent >= 0) {
        cell.progress = device.update->percent / 100.0;
    }
    return cell;
}

QString FleetModel::actionText(records::Attention::Action action)
{
    switch (action) {
    case records::Attention::Action::GetLogs:
        return tr("Get logs");
    case records::Attention::Action::Restart:
        return tr("Restart");
    case records::Attention::Action::Retry:
        return tr("Try again");
    case records::Attention::Action::None:
        break;
    }
    return {};
}

QString FleetModel::key(int row) const
{
    return m_fleet.at(row).jid;
}

int FleetModel::rowOf(const QString &key) const
{
    const int row = m_fleet.indexOf(key);
    return row < m_count ? row : -1;
}

SortKey FleetModel::sortKey(int row, int column) const
{
    const records::Device &device = m_fleet.at(row);
    if (column == DeviceColumn) {
        return sortKeyOf(device.name()); // meter-2 before meter-10
    }
    if (column == SeenColumn) {
        return {.number = sortNumberOfAge(device.lastSeen)};
    }
    if (column == agentColumn()) {
        return sortKeyOf(device.facts.agentVersion);
    }
    if (column == whyColumn()) {
        return {.number = -static_cast<qint64>(attentionOf(device).level)};
    }
    return sortKeyOfProcess(device.process(m_processes.at(column - FirstProcess)));
}

SortKey FleetModel::tieKey(int row) const
{
    return {.text = m_fleet.at(row).jid.toUtf8()};
}

bool FleetModel::matches(int row, const Needle &needle) const
{
    return m_search[static_cast<std::size_t>(row)].contains(needle.utf8);
}

void FleetModel::rewind()
{
    beginResetModel();
    m_count = m_fleet.count();
    m_processes = m_fleet.processNames();
    m_nameWidth = narrowestNames;
    m_search.clear();
    m_search.reserve(static_cast<std::size_t>(m_count));
    for (int row = 0; row < m_count; ++row) {
        m_search.push_back(searchKey(m_fleet.at(row)));
        noteName(m_fleet.at(row));
    }
    endResetModel();
}

// Names that are cut look the same.
void FleetModel::noteName(const records::Device &device)
{
    constexpr qreal perCharacter = 7.2;
    constexpr int aroundIt = 28;
    m_nameWidth =
        std::clamp(aroundIt + qCeil(perCharacter * static_cast<qreal>(device.name().size())), m_nameWidth, widestNames);
}

void FleetModel::fitNames(int widthBefore)
{
    if (m_nameWidth != widthBefore) {
        Q_EMIT columnsChanged();
    }
}

void FleetModel::onAdded(int first, int count)
{
    const int widthBefore = m_nameWidth;
    beginInsertRows({}, first, first + count - 1);
    m_count = first + count;
    for (int row = first; row < m_count; ++row) {
        m_search.push_back(searchKey(m_fleet.at(row)));
        noteName(m_fleet.at(row));
    }
    endInsertRows();
    fitNames(widthBefore);
}

void FleetModel::onChanged(const QList<core::DeviceDelta> &deltas)
{
    const int widthBefore = m_nameWidth;
    QList<int> rows;
    rows.reserve(deltas.size());
    for (const core::DeviceDelta &delta : deltas) {
        if (delta.index >= m_count) {
            continue;
        }
        rows.append(delta.index);
        if (delta.what &
            (records::DeviceChanges(records::DeviceChange::Processes) | records::DeviceChange::Facts |
             records::DeviceChange::Identity | records::DeviceChange::Label | records::DeviceChange::Notes)) {
            m_search[static_cast<std::size_t>(delta.index)] = searchKey(m_fleet.at(delta.index));
            noteName(m_fleet.at(delta.index));
        }
    }
    notifyChanged(rows);
    fitNames(widthBefore);
}

// Both lists are in order of names, so columns that stay keep their place.
void FleetModel::updateColumns()
{
    const QStringList wanted = m_fleet.processNames();
    for (qsizetype i = m_processes.size() - 1; i >= 0; --i) {
        if (wanted.contains(m_processes.at(i))) {
            continue;
        }
        const int column = FirstProcess + static_cast<int>(i);
        beginRemoveColumns({}, column, column);
        m_processes.removeAt(i);
        endRemoveColumns();
    }
    for (qsizetype i = 0; i < wanted.size(); ++i) {
        if (i < m_processes.size() && m_processes.at(i) == wanted.at(i)) {
            continue;
        }
        const int column = FirstProcess + static_cast<int>(i);
        beginInsertColumns({}, column, column);
        m_processes.insert(i, wanted.at(i));
        endInsertColumns();
    }
    Q_EMIT columnsChanged();
}

} // namespace sgn::models
