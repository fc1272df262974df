// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RolloutListModel.h"

#include "models/Age.h"
#include "models/UpdateListModel.h"
#include "wording/Rollouts.h"

#include <algorithm>

namespace sgn::models {

using namespace Qt::StringLiterals;
using rollouts::Rollout;
using rollouts::RolloutState;

RolloutListModel::RolloutListModel(const core::SharedRollouts &rollouts, const Clock &clock, QObject *parent)
    : TableModel(parent)
    , m_rollouts(rollouts)
    , m_clock(clock)
    , m_ids(rollouts.ids())
{
    connect(&rollouts, &core::SharedRollouts::changed, this, &RolloutListModel::onChanged);
}

int RolloutListModel::toneOf(RolloutState state)
{
    switch (state) {
    case RolloutState::Running:
        return Cell::Accent;
    case RolloutState::Paused:
        return Cell::Warning;
    case RolloutState::Stopped:
        return Cell::Bad;
    case RolloutState::Done:
        return Cell::Good;
    case RolloutState::Cancelled:
        break;
    }
    return Cell::Muted;
}

int RolloutListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_ids.size());
}

int RolloutListModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

Column RolloutListModel::column(int index) const
{
    switch (index) {
    case NameColumn:
        return {.id = u"rollout"_s, .title = tr("Rollout"), .width = 180, .minimumWidth = 120};
    case VersionsColumn:
        return {.id = u"versions"_s, .title = tr("Versions"), .width = 140, .minimumWidth = 100, .grows = true};
    case StateColumn:
        return {.id = u"state"_s, .title = tr("State"), .width = 112, .minimumWidth = 96};
    case ProgressColumn:
        return {.id = u"progress"_s, .title = tr("Progress"), .width = 272, .minimumWidth = 240};
    case ByColumn:
        return {.id = u"by"_s, .title = tr("By"), .width = 104, .minimumWidth = 64};
    default:
        return {.id = u"started"_s, .title = tr("Started"), .width = 104, .minimumWidth = 80};
    }
}

Cell RolloutListModel::cell(int row, int column) const
{
    const Rollout &rollout = at(row);
    Cell cell;
    switch (column) {
    case NameColumn:
        cell.text = rollout.name();
        cell.hint = rollout.title;
        break;
    case VersionsColumn:
        cell.text = updateVersions(rollout.release);
        cell.hint = cell.text;
        break;
    case StateColumn:
        cell.text = wording::stateText(rollout.state());
        cell.tone = static_cast<Cell::Tone>(toneOf(rollout.state()));
        cell.badge = true;
        cell.hint = wording::whyText(rollout.progress.why);
        break;
    case ProgressColumn: {
        const rollouts::RolloutProgress &progress = rollout.progress;
        cell.text = tr("wave %1: %2 of %3 done").arg(progress.waves).arg(progress.done).arg(progress.total);
        if (progress.failed > 0) {
            cell.text += tr(", %n failed", nullptr, progress.failed);
        }
        if (!isEnded(rollout.state())) {
            cell.progress =
                progress.total > 0 ? static_cast<double>(progress.done + progress.failed) / progress.total : 0;
        }
        break;
    }
    case ByColumn:
        cell.text = rollout.by;
        cell.tone = Cell::Muted;
        break;
    default:
        cell.text = momentText(rollout.createdAt, m_clock.wallUtc());
        cell.hint = fullMomentText(rollout.createdAt);
        cell.tone = Cell::Muted;
        break;
    }
    return cell;
}

QString RolloutListModel::key(int row) const
{
    return m_ids.at(row);
}

SortKey RolloutListModel::sortKey(int row, int column) const
{
    return column == StartedColumn ? SortKey{.number = sortNumberOf(at(row).createdAt)}
                                   : TableModel::sortKey(row, column);
}

void RolloutListModel::onChanged(const QString &id)
{
    const qsizetype row = m_ids.indexOf(id);
    if (row >= 0) {
        notifyChanged({static_cast<int>(row)});
        return;
    }
    beginInsertRows({}, static_cast<int>(m_ids.size()), static_cast<int>(m_ids.size()));
    m_ids += id;
    endInsertRows();
}

} // namespace sgn::models
