// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RolloutDevicesModel.h"

#include "models/UpdateTargetsModel.h"
#include "rollouts/Policies.h"
#include "wording/Commands.h"
#include "wording/Rollouts.h"

#include <algorithm>

namespace sgn::models {

using namespace Qt::StringLiterals;
using rollouts::DeviceStep;

RolloutDevicesModel::RolloutDevicesModel(core::Panel &panel, QObject *parent)
    : TableModel(parent)
    , m_panel(panel)
{}

void RolloutDevicesModel::show(const QString &id)
{
    const rollouts::Rollout *rollout = m_panel.rollouts().find(id);
    const QList<Row> rows = rollout ? rowsOf(*rollout) : QList<Row>();
    const bool isSame = id == m_id && std::ranges::equal(
                                          rows, m_rows, {}, [](const Row &row) { return row.view.jid; },
                                          [](const Row &row) { return row.view.jid; });
    if (!isSame) {
        beginResetModel();
        m_id = id;
        m_rows = rows;
        endResetModel();
        return;
    }
    QList<int> changed;
    for (int row = 0; row < rows.size(); ++row) {
        if (!(rows.at(row) == m_rows.at(row))) {
            changed += row;
        }
    }
    m_rows = rows;
    notifyChanged(changed);
}

QList<RolloutDevicesModel::Row> RolloutDevicesModel::rowsOf(const rollouts::Rollout &rollout) const
{
    const core::RolloutViews::Standing standing = m_panel.rolloutDriver().views().standingOf(rollout);
    const rollouts::RolloutView view = standing.view(rollout);
    QList<Row> rows;
    for (const core::RolloutViews::Device &device : standing.devices) {
        rows += describe(standing, device, view);
    }
    return rows;
}

RolloutDevicesModel::Row RolloutDevicesModel::describe(const core::RolloutViews::Standing &standing,
                                                       const core::RolloutViews::Device &device,
                                                       const rollouts::RolloutView &view) const
{
    Row row{device.view, device.wave + 1, wording::stepText(device.view), {}, -1};
    if (const records::Facts absence = rollouts::absenceOf(view, device.view); !absence.isEmpty()) {
        row.why = wording::whyText(absence); // what it reported last is no longer so
        return row;
    }
    if (device.view.step == DeviceStep::Waiting) {
        row.why = wording::whyText(rollouts::evaluate(view, device.view).why);
        return row;
    }
    const core::RolloutViews &views = m_panel.rolloutDriver().views();
    if (const records::CommandTarget *target = views.newestTarget(standing, device.view.jid)) {
        row.text = UpdateTargetsModel::stateText(*target);
        row.why = wording::remarksText(*target);
        row.percent = target->state == records::TargetState::Running ? std::max(target->percent, 0) : -1;
    }
    return row;
}

int RolloutDevicesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RolloutDevicesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

Column RolloutDevicesModel::column(int index) const
{
    switch (index) {
    case DeviceColumn:
        return {.id = u"device"_s, .title = tr("Device"), .width = 160};
    case WaveColumn:
        return {.id = u"wave"_s, .title = tr("Wave"), .width = 64};
    case StateColumn:
        return {.id = u"state"_s, .title = tr("State"), .width = 240, .minimumWidth = 160};
    default:
        return {
            .id = u"why"_s, .title = tr("Why"), .width = 200, .minimumWidth = 140, .grows = true, .readableWidth = 320};
    }
}

Cell RolloutDevicesModel::cell(int row, int column) const
{
    const Row &shown = m_rows.at(row);
    Cell cell;
    switch (column) {
    case DeviceColumn:
        cell.text = m_panel.fleet().nameOf(shown.view.jid);
        cell.dot = shown.view.isOnline ? Cell::Online : Cell::Offline;
        cell.hint = shown.view.jid;
        break;
    case WaveColumn:
        cell.text = QString::number(shown.wave);
        cell.tone = Cell::Muted;
        break;
    case StateColumn:
        cell.text = shown.text;
        cell.badge = shown.view.step == DeviceStep::Confirmed || shown.view.step == DeviceStep::Failed;
        cell.tone = shown.view.step == DeviceStep::Confirmed ? Cell::Good
                    : shown.view.step == DeviceStep::Failed  ? Cell::Bad
                    : shown.view.step == DeviceStep::Waiting ? Cell::Muted
                                                             : Cell::Plain;
        if (shown.percent >= 0) {
            cell.progress = shown.percent / 100.0;
        }
        break;
    default:
        cell.text = shown.why;
        cell.hint = shown.why;
        break;
    }
    return cell;
}

QString RolloutDevicesModel::key(int row) const
{
    return m_rows.at(row).view.jid;
}

SortKey RolloutDevicesModel::sortKey(int row, int column) const
{
    const Row &device = m_rows.at(row);
    if (column == WaveColumn) {
        return {.number = device.wave};
    }
    if (column == StateColumn) {
        return {.number = static_cast<qint64>(device.view.step)};
    }
    return TableModel::sortKey(row, column);
}

} // namespace sgn::models
