// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/LogListModel.h"

#include "models/Age.h"
#include "wording/Commands.h"
#include "xmpp/Jid.h"

#include <algorithm>
#include <QLocale>

namespace sgn::models {

LogListModel::LogListModel(core::LogService &logs, const Clock &clock, QObject *parent)
    : TableModel(parent)
    , m_logs(logs)
    , m_clock(clock)
{
    m_bundles = logs.bundles();
    std::reverse(m_bundles.begin(), m_bundles.end());
    connect(&logs, &core::LogService::bundleAdded, this, &LogListModel::add);
    connect(&logs, &core::LogService::bundleChanged, this, &LogListModel::change);
    connect(&logs, &core::LogService::bundleRemoved, this, &LogListModel::remove);
}

QString LogListModel::newestReady() const
{
    const auto ready = std::find_if(m_bundles.crbegin(), m_bundles.crend(), [](const records::LogBundle &bundle) {
        return bundle.state == records::LogBundle::State::Ready;
    });
    return ready == m_bundles.crend() ? QString() : QString::number(ready->id);
}

int LogListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_bundles.size());
}

int LogListModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

Column LogListModel::column(int index) const
{
    switch (index) {
    case DeviceColumn:
        return {.title = tr("Device"), .width = 128, .minimumWidth = 80, .grows = true};
    case TimeColumn:
        return {.title = tr("Asked"), .width = 72};
    default:
        return {.title = tr("State"), .width = 112};
    }
}

Cell LogListModel::cell(int row, int column) const
{
    const records::LogBundle &bundle = m_bundles.at(row);
    Cell cell;
    switch (column) {
    case DeviceColumn:
        cell.text = xmpp::localPartOf(bundle.jid);
        cell.hint = bundle.jid;
        break;
    case TimeColumn:
        cell.text = momentText(bundle.requestedAt, m_clock.wallUtc());
        cell.hint = fullMomentText(bundle.requestedAt);
        cell.tone = Cell::Muted;
        break;
    default:
        cell = stateCell(bundle);
        break;
    }
    return cell;
}

Cell LogListModel::stateCell(const records::LogBundle &bundle) const
{
    Cell cell;
    cell.hint = wording::remarksText(bundle);
    switch (bundle.state) {
    case records::LogBundle::State::Requested:
        cell.text = tr("asked");
        cell.tone = Cell::Muted;
        cell.hint = tr("The device hasn't answered yet.");
        break;
    case records::LogBundle::State::Downloading:
        cell.text = tr("loading");
        cell.progress = bundle.size > 0 ? double(bundle.received) / double(bundle.size) : 0;
        break;
    case records::LogBundle::State::Unpacking:
        cell.text = tr("unpacking");
        cell.progress = 1;
        break;
    case records::LogBundle::State::Ready:
        cell.text = QLocale().formattedDataSize(bundle.received, 1, QLocale::DataSizeSIFormat);
        cell.tone = Cell::Good;
        break;
    case records::LogBundle::State::Elsewhere:
        cell.text = tr("elsewhere");
        cell.tone = Cell::Warning;
        break;
    case records::LogBundle::State::Failed:
        cell.text = tr("failed");
        cell.tone = Cell::Bad;
        break;
    }
    cell.badge = isFinal(bundle.state) && bundle.state != records::LogBundle::State::Ready;
    return cell;
}

QString LogListModel::key(int row) const
{
    return QString::number(m_bundles.at(row).id);
}

bool LogListModel::less(int column, int left, int right) const
{
    const records::LogBundle &a = m_bundles.at(left);
    const records::LogBundle &b = m_bundles.at(right);
    if (column == TimeColumn) {
        return std::pair(a.requestedAt, a.id) < std::pair(b.requestedAt, b.id);
    }
    if (column == StateColumn) {
        return std::pair(a.state, a.received) < std::pair(b.state, b.received);
    }
    return TableModel::less(column, left, right);
}

int LogListModel::rowOfId(qint64 id) const
{
    const auto found = std::find_if(m_bundles.cbegin(), m_bundles.cend(),
                                    [id](const records::LogBundle &bundle) { return bundle.id == id; });
    return found == m_bundles.cend() ? -1 : int(found - m_bundles.cbegin());
}

void LogListModel::add(qint64 id)
{
    const std::optional<records::LogBundle> bundle = m_logs.bundle(id);
    if (!bundle || rowOfId(id) >= 0) {
        return;
    }
    beginInsertRows({}, int(m_bundles.size()), int(m_bundles.size()));
    m_bundles.append(*bundle);
    endInsertRows();
}

void LogListModel::change(qint64 id)
{
    const int row = rowOfId(id);
    const std::optional<records::LogBundle> bundle = m_logs.bundle(id);
    if (row < 0 || !bundle) {
        return;
    }
    m_bundles[row] = *bundle;
    tellChanged({row});
}

void LogListModel::remove(qint64 id)
{
    const int row = rowOfId(id);
    if (row < 0) {
        return;
    }
    beginRemoveRows({}, row, row);
    m_bundles.removeAt(row);
    endRemoveRows();
}

} // namespace sgn::models
