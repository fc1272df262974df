// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/LogListModel.h"

#include "core/Fleet.h"
#include "models/Age.h"
#include "wording/Commands.h"

#include <algorithm>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace sgn::models {

LogListModel::LogListModel(core::LogService &logs, const core::Fleet &fleet, const Clock &clock, QObject *parent)
    : TableModel(parent)
    , m_logs(logs)
    , m_fleet(fleet)
    , m_clock(clock)
{
    m_deliveries = logs.deliveries();
    std::reverse(m_deliveries.begin(), m_deliveries.end());
    connect(&logs, &core::LogService::deliveryAdded, this, &LogListModel::add);
    connect(&logs, &core::LogService::deliveryChanged, this, &LogListModel::change);
    connect(&logs, &core::LogService::deliveryRemoved, this, &LogListModel::remove);
}

QString LogListModel::newestReady() const
{
    const auto ready =
        std::find_if(m_deliveries.crbegin(), m_deliveries.crend(), [](const records::LogDelivery &delivery) {
            return delivery.state == records::LogDelivery::State::Ready;
        });
    return ready == m_deliveries.crend() ? QString() : QString::number(ready->id);
}

int LogListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_deliveries.size());
}

int LogListModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

Column LogListModel::column(int index) const
{
    switch (index) {
    case DeviceColumn:
        return {.id = u"device"_s, .title = tr("Device"), .width = 128, .minimumWidth = 80, .grows = true};
    case TimeColumn:
        return {.id = u"time"_s, .title = tr("Asked"), .width = 72};
    default:
        return {.id = u"state"_s, .title = tr("State"), .width = 112};
    }
}

Cell LogListModel::cell(int row, int column) const
{
    const records::LogDelivery &delivery = m_deliveries.at(row);
    Cell cell;
    switch (column) {
    case DeviceColumn:
        cell.text = m_fleet.nameOf(delivery.jid);
        cell.hint = delivery.jid;
        break;
    case TimeColumn:
        cell.text = momentText(delivery.requestedAt, m_clock.wallUtc());
        cell.hint = fullMomentText(delivery.requestedAt);
        cell.tone = Cell::Muted;
        break;
    default:
        cell = stateCell(delivery);
        break;
    }
    return cell;
}

Cell LogListModel::stateCell(const records::LogDelivery &delivery) const
{
    Cell cell;
    cell.hint = wording::remarksText(delivery);
    switch (delivery.state) {
    case records::LogDelivery::State::Requested:
        cell.text = tr("asked");
        cell.tone = Cell::Muted;
        cell.hint = tr("The device hasn't answered yet.");
        break;
    case records::LogDelivery::State::Downloading:
        cell.text = tr("loading");
        cell.progress =
            delivery.size > 0 ? static_cast<double>(delivery.received) / static_cast<double>(delivery.size) : 0;
        break;
    case records::LogDelivery::State::Unpacking:
        cell.text = tr("unpacking");
        cell.progress = 1;
        break;
    case records::LogDelivery::State::Ready:
        cell.text = QLocale().formattedDataSize(delivery.received, 1, QLocale::DataSizeSIFormat);
        cell.tone = Cell::Good;
        break;
    case records::LogDelivery::State::Elsewhere:
        cell.text = tr("elsewhere");
        cell.tone = Cell::Warning;
        break;
    case records::LogDelivery::State::Failed:
        cell.text = tr("failed");
        cell.tone = Cell::Bad;
        break;
    }
    cell.badge = isFinal(delivery.state) && delivery.state != records::LogDelivery::State::Ready;
    return cell;
}

QString LogListModel::key(int row) const
{
    return QString::number(m_deliveries.at(row).id);
}

SortKey LogListModel::sortKey(int row, int column) const
{
    const records::LogDelivery &delivery = m_deliveries.at(row);
    if (column == TimeColumn) {
        return {.number = sortNumberOf(delivery.requestedAt), .second = delivery.id};
    }
    if (column == StateColumn) {
        return {.number = static_cast<qint64>(delivery.state), .second = delivery.received};
    }
    return TableModel::sortKey(row, column);
}

int LogListModel::rowOfId(qint64 id) const
{
    const auto found = std::find_if(m_deliveries.cbegin(), m_deliveries.cend(),
                                    [id](const records::LogDelivery &delivery) { return delivery.id == id; });
    return found == m_deliveries.cend() ? -1 : static_cast<int>(found - m_deliveries.cbegin());
}

void LogListModel::add(qint64 id)
{
    const std::optional<records::LogDelivery> delivery = m_logs.delivery(id);
    if (!delivery || rowOfId(id) >= 0) {
        return;
    }
    beginInsertRows({}, static_cast<int>(m_deliveries.size()), static_cast<int>(m_deliveries.size()));
    m_deliveries.append(*delivery);
    endInsertRows();
}

void LogListModel::change(qint64 id)
{
    const int row = rowOfId(id);
    const std::optional<records::LogDelivery> delivery = m_logs.delivery(id);
    if (row < 0 || !delivery) {
        return;
    }
    m_deliveries[row] = *delivery;
    notifyChanged({row});
}

void LogListModel::remove(qint64 id)
{
    const int row = rowOfId(id);
    if (row < 0) {
        return;
    }
    beginRemoveRows({}, row, row);
    m_deliveries.removeAt(row);
    endRemoveRows();
}

} // namespace sgn::models
