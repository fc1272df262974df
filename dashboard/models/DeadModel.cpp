// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/DeadModel.h"

#include "models/Age.h"
#include "wording/Processes.h"

using namespace Qt::StringLiterals;

namespace sgn::models {

DeadModel::DeadModel(core::Fleet &fleet, const Clock &clock, QObject *parent)
    : TableModel(parent)
    , m_fleet(fleet)
    , m_clock(clock)
{
    connect(&fleet, &core::Fleet::reset, this, &DeadModel::rewind);
    connect(&fleet, &core::Fleet::devicesChanged, this, &DeadModel::onChanged);
    connect(&fleet, &core::Fleet::devicesAdded, this, [this](int first, int count) {
        for (int device = first; device < first + count; ++device) {
            compare(device);
        }
    });
    rewind();
}

QString DeadModel::jidOf(const QString &key)
{
    return key.section(u'\n', 0, 0);
}

QString DeadModel::processOf(const QString &key)
{
    return key.section(u'\n', 1);
}

int DeadModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DeadModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

Column DeadModel::column(int index) const
{
    switch (index) {
    case DeviceColumn:
        return {.id = u"device"_s, .title = tr("Device"), .width = 140};
    case ProcessColumn:
        return {.id = u"process"_s, .title = tr("Process"), .width = 104};
    case SinceColumn:
        return {.id = u"state"_s, .title = tr("State"), .width = 116};
    case VersionColumn:
        return {.id = u"version"_s, .title = tr("Version"), .width = 76};
    case RestartsColumn:
        return {.id = u"restarts"_s, .title = tr("Restarts in 24 h"), .width = 124};
    default:
        return {.id = u"cause"_s, .title = tr("Cause"), .width = 160, .minimumWidth = 160, .grows = true};
    }
}

Cell DeadModel::cell(int row, int column) const
{
    const records::Device &device = m_fleet.at(m_rows.at(row).device);
    const records::DeviceProcess *dead = process(row);
    Cell cell;
    switch (column) {
    case DeviceColumn:
        cell.text = device.name().toString();
        cell.dot = !device.online ? Cell::Offline : device.notAnswering ? Cell::Silent : Cell::Online;
        cell.hint = device.jid;
        break;
    case ProcessColumn:
        cell.text = m_rows.at(row).process;
        break;
    case SinceColumn:
        cell.text = dead && dead->deadSince.isValid() ? tr("dead %1").arg(ageText(dead->deadSince, m_clock.wallUtc()))
                                                      : tr("dead");
        cell.tone = Cell::Bad;
        cell.badge = true;
        cell.hint = dead ? fullMomentText(dead->deadSince) : QString();
        break;
    case VersionColumn:
        cell.text = dead ? versionOf(dead->report) : QString();
        break;
    case RestartsColumn:
        cell.text = dead && dead->report.restarts24h ? QString::number(*dead->report.restarts24h) : u"–"_s;
        cell.tone = Cell::Muted;
        break;
    default:
        if (dead && dead->report.state == ProcessState::Hung) {
            cell.text = tr("no sign of life");
        } else if (dead && dead->report.lastExit) {
            const QString last = dead->report.lastExit->lastLines.isEmpty()
                                     ? QString()
                                     : dead->report.lastExit->lastLines.last().trimmed();
            cell.text = wording::deathText(*dead->report.lastExit);
            if (!last.isEmpty()) {
                cell.text += cell.text.isEmpty() ? last : u" · "_s + last;
            }
            cell.hint = dead->report.lastExit->lastLines.join(u'\n');
        }
        if (cell.text.isEmpty()) {
            cell.text = tr("not reported by this device");
            cell.tone = Cell::Muted;
        }
        break;
    }
    return cell;
}

QString DeadModel::key(int row) const
{
    return m_fleet.at(m_rows.at(row).device).jid + u'\n' + m_rows.at(row).process;
}

SortKey DeadModel::sortKey(int row, int column) const
{
    if (const records::DeviceProcess *dead = process(row)) {
        switch (column) {
        case SinceColumn:
            return {.number = sortNumberOfAge(dead->deadSince)};
        case VersionColumn:
            return sortKeyOf(dead->report);
        case RestartsColumn:
            return {.number = dead->report.restarts24h.value_or(-1)};
        default:
            break;
        }
    }
    return TableModel::sortKey(row, column);
}

const records::DeviceProcess *DeadModel::process(int row) const
{
    return m_fleet.at(m_rows.at(row).device).process(m_rows.at(row).process);
}

void DeadModel::rewind()
{
    beginResetModel();
    m_rows.clear();
    for (int device = 0; device < m_fleet.count(); ++device) {
        for (const records::DeviceProcess &process : m_fleet.at(device).processes) {
            if (process.report.isDead) {
                m_rows.append({device, process.report.name});
            }
        }
    }
    endResetModel();
}

void DeadModel::onChanged(const QList<core::DeviceDelta> &deltas)
{
    QList<int> devices;
    for (const core::DeviceDelta &delta : deltas) {
        if (delta.what & records::DeviceChange::Processes) {
            compare(delta.index);
        }
        if (delta.what & (records::DeviceChanges(records::DeviceChange::Processes) | records::DeviceChange::Presence)) {
            devices.append(delta.index);
        }
    }
    QList<int> rows;
    for (int row = 0; row < m_rows.size(); ++row) {
        if (devices.contains(m_rows.at(row).device)) {
            rows.append(row);
        }
    }
    notifyChanged(rows);
}

// Rows of one device against what it reports now.
void DeadModel::compare(int device)
{
    QStringList dead;
    for (const records::DeviceProcess &process : m_fleet.at(device).processes) {
        if (process.report.isDead) {
            dead.append(process.report.name);
        }
    }
    for (int row = static_cast<int>(m_rows.size()) - 1; row >= 0; --row) {
        if (m_rows.at(row).device != device || dead.removeOne(m_rows.at(row).process)) {
            continue;
        }
        beginRemoveRows({}, row, row);
        m_rows.removeAt(row);
        endRemoveRows();
    }
    for (const QString &name : std::as_const(dead)) {
        beginInsertRows({}, static_cast<int>(m_rows.size()), static_cast<int>(m_rows.size()));
        m_rows.append({device, name});
        endInsertRows();
    }
}

} // namespace sgn::models
