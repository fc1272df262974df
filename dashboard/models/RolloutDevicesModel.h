// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"
#include "models/TableModel.h"

namespace sgn::models {

// How a rollout stands on each device of its waves, and why one waits. Key: JID.
class RolloutDevicesModel final : public TableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Columns { DeviceColumn, WaveColumn, StateColumn, WhyColumn, ColumnCount };

    // `panel` outlives the model.
    explicit RolloutDevicesModel(core::Panel &panel, QObject *parent = nullptr);

    // Shows how this rollout stands now; empty: none.
    void show(const QString &id);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] Column column(int index) const override;
    [[nodiscard]] Cell cell(int row, int column) const override;
    [[nodiscard]] QString key(int row) const override;
    [[nodiscard]] SortKey sortKey(int row, int column) const override;

private:
    struct Row
    {
        rollouts::DeviceView view;
        int wave = 0;
        QString text; // of the state
        QString why;
        int percent = -1;

        friend bool operator==(const Row &one, const Row &other)
        {
            return one.view.jid == other.view.jid && one.view.step == other.view.step &&
                   one.view.isOnline == other.view.isOnline && one.wave == other.wave && one.text == other.text &&
                   one.why == other.why && one.percent == other.percent;
        }
    };

    [[nodiscard]] QList<Row> rowsOf(const rollouts::Rollout &rollout) const;
    [[nodiscard]] Row describe(const core::RolloutViews::Standing &standing, const core::RolloutViews::Device &device,
                               const rollouts::RolloutView &view) const;

    core::Panel &m_panel;
    QString m_id;
    QList<Row> m_rows;
};

} // namespace sgn::models
