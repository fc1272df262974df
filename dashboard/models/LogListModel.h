// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/LogService.h"
#include "models/TableModel.h"

namespace sgn::core {
class Fleet;
}

namespace sgn::models {

// Every set of logs that was asked for, oldest first. Key: the delivery's id.
class LogListModel final : public TableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    // Both outlive the model.
    LogListModel(core::LogService &logs, const core::Fleet &fleet, const Clock &clock, QObject *parent = nullptr);

    // The newest that can be read; empty: none.
    [[nodiscard]] QString newestReady() const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] Column column(int index) const override;
    [[nodiscard]] Cell cell(int row, int column) const override;
    [[nodiscard]] QString key(int row) const override;
    [[nodiscard]] SortKey sortKey(int row, int column) const override;

private:
    enum Columns { DeviceColumn, TimeColumn, StateColumn, ColumnCount };

    [[nodiscard]] int rowOfId(qint64 id) const;
    [[nodiscard]] Cell stateCell(const records::LogDelivery &delivery) const;
    void add(qint64 id);
    void change(qint64 id);
    void remove(qint64 id);

    core::LogService &m_logs;
    const core::Fleet &m_fleet;
    const Clock &m_clock;
    QList<records::LogDelivery> m_deliveries;
};

} // namespace sgn::models
