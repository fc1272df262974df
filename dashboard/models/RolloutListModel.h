// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/SharedRollouts.h"
#include "models/TableModel.h"

namespace sgn::models {

// One row per rollout. Key: its id.
class RolloutListModel final : public TableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Columns { NameColumn, VersionsColumn, StateColumn, ProgressColumn, ByColumn, StartedColumn, ColumnCount };

    // Both outlive the model.
    RolloutListModel(const core::SharedRollouts &rollouts, const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] static int toneOf(rollouts::RolloutState state);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] Column column(int index) const override;
    [[nodiscard]] Cell cell(int row, int column) const override;
    [[nodiscard]] QString key(int row) const override;
    [[nodiscard]] SortKey sortKey(int row, int column) const override;

private:
    void onChanged(const QString &id);
    [[nodiscard]] const rollouts::Rollout &at(int row) const { return *m_rollouts.find(m_ids.at(row)); }

    const core::SharedRollouts &m_rollouts;
    const Clock &m_clock;
    QStringList m_ids; // in the order in which they became known
};

} // namespace sgn::models
