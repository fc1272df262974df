// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/UpdateTargetsModel.h"

#include "models/Age.h"
#include "protocol/Version.h"
#include "wording/Commands.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace sgn::models {

UpdateTargetsModel::UpdateTargetsModel(core::CommandLog &commands, const core::Fleet &fleet, const Clock &clock,
                                       QObject *parent)
    : TableModel(parent)
    , m_commands(commands)
    , m_fleet(fleet)
    , m_clock(clock)
{
    connect(&commands, &core::CommandLog::commandChanged, this, &UpdateTargetsModel::onChanged);
    connect(&commands, &core::CommandLog::reset, this, [this] { setNumber(m_number); });
}

void UpdateTargetsModel::setNumber(CommandNo number)
{
    beginResetModel();
    m_number = number;
    m_targets = number != 0 && m_commands.find(number) ? m_commands.targets(number) : QList<records::CommandTarget>();
    endResetModel();
}

QStringList UpdateTargetsModel::failedJids() const
{
    QStringList jids;
    for (const records::CommandTarget &target : m_targets) {
        if (target.state == records::TargetState::Failed || target.state == records::TargetState::Expired) {
            jids.append(target.jid);
        }
    }
    return jids;
}

QStringList UpdateTargetsModel::logOf(const QString &jid) const
{
    const auto it = std::ranges::find(m_targets, jid, &records::CommandTarget::jid);
    return it == m_targets.end() ? QStringList() : it->log;
}

QString UpdateTargetsModel::stateText(const records::CommandTarget &target)
{
    switch (target.state) {
    case records::TargetState::Queued:
        return tr("waits to be sent");
    case records::TargetState::Sent:
        return tr("waits for the device");
    case records::TargetState::Delivered:
        return tr("delivered");
    case records::TargetState::Done:
        return tr("done");
    case records::TargetState::Failed:
        return tr("failed");
    case records::TargetState::Expired:
        return tr("no answer in time");
    case records::TargetState::Running:
        break;
    }
    const QString text = target.deviceState.isEmpty() ? tr("running") : wording::stepText(target.deviceState);
    return target.percent >= 0 ? tr("%1, %2 %").arg(text).arg(target.percent) : text;
}

int UpdateTargetsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_targets.size());
}

int UpdateTargetsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

Column UpdateTargetsModel::column(int index) const
{
    switch (index) {
    case DeviceColumn:
        return {.id = u"device"_s, .title = tr("Device"), .width = 160};
    case StateColumn:
        return {.id = u"state"_s, .title = tr("State"), .width = 240};
    case RepliedColumn:
        return {.id = u"replied"_s, .title = tr("Last reply"), .width = 96};
    default:
        return {.id = u"remarks"_s, .title = tr("Remarks"), .width = 200, .minimumWidth = 140, .grows = true};
    }
}

Cell UpdateTargetsModel::cell(int row, int column) const
{
    const records::CommandTarget &target = m_targets.at(row);
    Cell cell;
    switch (column) {
    case DeviceColumn: {
        const records::Device *device = m_fleet.find(target.jid);
        cell.text = m_fleet.nameOf(target.jid);
        cell.dot = !device || !device->online ? Cell::Offline : device->notAnswering ? Cell::Silent : Cell::Online;
        cell.hint = target.jid;
        break;
    }
    case StateColumn:
        cell.text = stateText(target);
        if (target.state == records::TargetState::Running) {
            cell.progress = target.percent >= 0 ? target.percent / 100.0 : 0;
        }
        cell.badge = isFinal(target.state);
        cell.tone = target.state == records::TargetState::Done      ? Cell::Good
                    : target.state == records::TargetState::Failed  ? Cell::Bad
                    : target.state == records::TargetState::Expired ? Cell::Warning
                    : target.state == records::TargetState::Running ? Cell::Plain
                                                                    : Cell::Muted;
        break;
    case RepliedColumn:
        cell.text = target.repliedAt.isValid() ? momentText(target.repliedAt, m_clock.wallUtc()) : u"–"_s;
        cell.hint = fullMomentText(target.repliedAt);
        cell.tone = Cell::Muted;
        break;
    default:
        cell.text = wording::remarksText(target);
        cell.hint = cell.text;
        break;
    }
    return cell;
}

QString UpdateTargetsModel::key(int row) const
{
    return m_targets.at(row).jid;
}

SortKey UpdateTargetsModel::sortKey(int row, int column) const
{
    const records::CommandTarget &target = m_targets.at(row);
    if (column == DeviceColumn) {
        return sortKeyOf(m_fleet.nameOf(target.jid));
    }
    if (column == StateColumn) {
        return {.number = static_cast<qint64>(target.state), .second = target.percent};
    }
    if (column == RepliedColumn) {
        return {.number = sortNumberOf(target.repliedAt)};
    }
    return TableModel::sortKey(row, column);
}

void UpdateTargetsModel::onChanged(CommandNo number, const QList<int> &rows)
{
    if (number != m_number || number == 0) {
        return;
    }
    const QList<records::CommandTarget> &now = m_commands.targets(number);
    if (now.size() < m_targets.size()) {
        setNumber(number);
        return;
    }
    QList<int> changed;
    for (const int row : rows) {
        if (row < m_targets.size()) {
            m_targets[row] = now.at(row);
            changed.append(row);
        }
    }
    if (now.size() > m_targets.size()) {
        beginInsertRows({}, static_cast<int>(m_targets.size()), static_cast<int>(now.size()) - 1);
        m_targets += now.mid(m_targets.size());
        endInsertRows();
    }
    notifyChanged(changed);
}

} // namespace sgn::models
