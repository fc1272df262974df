// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Fleet.h"
#include "models/TableModel.h"

namespace sgn::models {

// One row per dead process: device, process, since when, why, restarts, version. Key: JID, a line break, process.
class DeadModel final : public TableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    // Both outlive the model.
    DeadModel(core::Fleet &fleet, const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] static QString jidOf(const QString &key);
    [[nodiscard]] static QString processOf(const QString &key);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] Column column(int index) const override;
    [[nodiscard]] Cell cell(int row, int column) const override;
    [[nodiscard]] QString key(int row) const override;
    [[nodiscard]] SortKey sortKey(int row, int column) const override;

private:
    enum Columns { DeviceColumn, ProcessColumn, SinceColumn, VersionColumn, RestartsColumn, CauseColumn, ColumnCount };
    struct Row
    {
        int device = 0;
        QString process;
    };

    void rewind();
    void onChanged(const QList<core::DeviceDelta> &deltas);
    void compare(int device);
    [[nodiscard]] const records::DeviceProcess *process(int row) const;

    core::Fleet &m_fleet;
    const Clock &m_clock;
    QList<Row> m_rows;
};

} // namespace sgn::models
