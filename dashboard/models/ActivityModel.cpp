// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ActivityModel.h"

#include "core/Panel.h"
#include "models/Age.h"
#include "protocol/Version.h"
#include "wording/Activity.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace sgn::models {

ActivityModel::ActivityModel(core::Panel &panel, const Clock &clock, QObject *parent)
    : TableModel(parent)
    , m_panel(panel)
    , m_clock(clock)
{
    records::ActivityFilter filter;
    filter.limit = maxRows;
    const QList<records::ActivityEntry> entries = panel.store().activity(filter);
    for (auto entry = entries.crbegin(); entry != entries.crend(); ++entry) {
        m_rows.append({m_nextKey++, *entry});
    }
    connect(&panel, &core::Panel::activityAdded, this, &ActivityModel::add);
}

Cell::Tone ActivityModel::tone(records::ActivityKind kind)
{
    switch (kind) {
    case records::ActivityKind::ProcessDied:
    case records::ActivityKind::CommandFailed:
    case records::ActivityKind::LogsFailed:
        return Cell::Bad;
    case records::ActivityKind::CommandExpired:
    case records::ActivityKind::IdentityProblem:
        return Cell::Warning;
    case records::ActivityKind::CommandDone:
    case records::ActivityKind::ProcessBack:
    case records::ActivityKind::LogsReceived:
        return Cell::Good;
    case records::ActivityKind::CommandSent:
    case records::ActivityKind::VersionChanged:
        return Cell::Accent;
    default:
        return Cell::Muted;
    }
}

int ActivityModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ActivityModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

Column ActivityModel::column(int index) const
{
    switch (index) {
    case TimeColumn:
        return {.id = u"time"_s, .title = tr("Time"), .width = 128};
    case DeviceColumn:
        return {.id = u"device"_s, .title = tr("Device"), .width = 160};
    case NumberColumn:
        return {.id = u"number"_s, .title = tr("Number"), .width = 104};
    default:
        return {.id = u"text"_s, .title = tr("What happened"), .width = 320, .minimumWidth = 160, .grows = true};
    }
}

Cell ActivityModel::cell(int row, int column) const
{
    const records::ActivityEntry &entry = m_rows.at(row).entry;
    Cell cell;
    switch (column) {
    case TimeColumn:
        cell.text = momentText(entry.at, m_clock.wallUtc());
        cell.hint = fullMomentText(entry.at);
        cell.tone = Cell::Muted;
        break;
    case DeviceColumn:
        cell.text = entry.jid.isEmpty() ? u"–"_s : m_panel.fleet().nameOf(entry.jid);
        cell.hint = entry.jid;
        break;
    case NumberColumn:
        cell.text = entry.number == 0 ? QString() : QString::number(entry.number);
        cell.tone = Cell::Muted;
        break;
    default:
        cell.text = wording::describe(entry);
        cell.hint = cell.text;
        if (tone(entry.kind) == Cell::Bad || tone(entry.kind) == Cell::Warning) {
            cell.tone = tone(entry.kind);
        }
        break;
    }
    return cell;
}

std::optional<records::ActivityEntry> ActivityModel::entry(const QString &key) const
{
    const qint64 number = key.toLongLong();
    const auto row = std::ranges::lower_bound(m_rows, number, {}, &Row::key);
    return row != m_rows.cend() && row->key == number ? std::optional(row->entry) : std::nullopt;
}

QString ActivityModel::key(int row) const
{
    return QString::number(m_rows.at(row).key);
}

SortKey ActivityModel::sortKey(int row, int column) const
{
    const Row &line = m_rows.at(row);
    switch (column) {
    case TimeColumn:
        return {.number = sortNumberOf(line.entry.at), .second = line.key};
    case DeviceColumn:
        return sortKeyOf(m_panel.fleet().nameOf(line.entry.jid));
    case NumberColumn:
        return {.number = line.entry.number};
    default:
        return TableModel::sortKey(row, column);
    }
}

void ActivityModel::add(const records::ActivityEntry &entry)
{
    constexpr int spare = 200;
    if (m_rows.size() >= maxRows + spare) {
        beginRemoveRows({}, 0, spare - 1);
        m_rows.remove(0, spare);
        endRemoveRows();
    }
    beginInsertRows({}, static_cast<int>(m_rows.size()), static_cast<int>(m_rows.size()));
    m_rows.append({m_nextKey++, entry});
    endInsertRows();
}

} // namespace sgn::models
