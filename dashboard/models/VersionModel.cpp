// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/VersionModel.h"

#include <chrono>

using namespace std::chrono_literals;

namespace sgn::models {

VersionModel::VersionModel(core::Fleet &fleet, QObject *parent)
    : QAbstractListModel(parent)
    , m_fleet(fleet)
{
    // Counting walks the fleet, so it is done once for a burst of reports.
    m_timer.setSingleShot(true);
    m_timer.setInterval(500ms);
    connect(&m_timer, &QTimer::timeout, this, &VersionModel::update);
    const auto later = [this] {
        if (!m_timer.isActive()) {
            m_timer.start();
        }
    };
    connect(&fleet, &core::Fleet::reset, this, later);
    connect(&fleet, &core::Fleet::processNamesChanged, this, later);
    connect(&fleet, &core::Fleet::devicesChanged, this, [later](const QList<core::DeviceDelta> &deltas) {
        for (const core::DeviceDelta &delta : deltas) {
            if (delta.what & records::DeviceChange::Processes) {
                later();
                return;
            }
        }
    });
    update();
}

int VersionModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant VersionModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const Row &row = m_rows.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case ProcessRole:
        return row.process;
    case VersionRole:
        return row.version;
    case CountRole:
        return row.count;
    case ShareRole:
        return static_cast<double>(row.count) / row.total;
    case NewestRole:
        return row.newest;
    default:
        return {};
    }
}

QHash<int, QByteArray> VersionModel::roleNames() const
{
    return {{ProcessRole, "process"},
            {VersionRole, "version"},
            {CountRole, "count"},
            {ShareRole, "share"},
            {NewestRole, "newest"}};
}

void VersionModel::update()
{
    QList<Row> rows;
    const QStringList names = m_fleet.processNames();
    for (const QString &name : names) {
        const core::VersionCounts versions = m_fleet.versionsOf(name);
        int total = 0;
        for (const auto &[version, count] : versions) {
            total += count;
        }
        for (auto it = versions.crbegin(); it != versions.crend(); ++it) {
            rows.append({name, it->first, it->second, total, it == versions.crbegin()});
        }
    }
    const auto sameKeys = [](const Row &a, const Row &b) {
        return a.process == b.process && a.version == b.version;
    };
    if (std::equal(rows.cbegin(), rows.cend(), m_rows.cbegin(), m_rows.cend(), sameKeys)) {
        m_rows = rows;
        if (!m_rows.isEmpty()) {
            Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        }
        return;
    }
    beginResetModel();
    m_rows = rows;
    endResetModel();
}

} // namespace sgn::models
