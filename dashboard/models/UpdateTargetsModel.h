// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/CommandLog.h"
#include "core/Fleet.h"
#include "models/TableModel.h"

namespace sgn::models {

// How one update goes on each of its devices. Row = the CommandLog's, key = JID.
class UpdateTargetsModel final : public TableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    // All outlive the model.
    UpdateTargetsModel(core::CommandLog &commands, const core::Fleet &fleet, const Clock &clock,
                       QObject *parent = nullptr);

    [[nodiscard]] CommandNo number() const { return m_number; }
    void setNumber(CommandNo number);
    // Those that failed or expired.
    [[nodiscard]] QStringList failedJids() const;
    // What led to a device's failure, line by line; empty: nothing is known.
    [[nodiscard]] QStringList logOf(const QString &jid) const;

    [[nodiscard]] static QString stateText(const records::CommandTarget &target);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] Column column(int index) const override;
    [[nodiscard]] Cell cell(int row, int column) const override;
    [[nodiscard]] QString key(int row) const override;
    [[nodiscard]] SortKey sortKey(int row, int column) const override;

private:
    enum Columns { DeviceColumn, StateColumn, RepliedColumn, RemarksColumn, ColumnCount };

    void onChanged(CommandNo number, const QList<int> &rows);

    core::CommandLog &m_commands;
    const core::Fleet &m_fleet;
    const Clock &m_clock;
    CommandNo m_number = 0;
    QList<records::CommandTarget> m_targets;
};

} // namespace sgn::models
