// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Fleet.h"
#include "models/TableModel.h"
#include "records/Attention.h"

#include <vector>

namespace sgn::models {

// The fleet as a table: device, last seen, one column per process, agent, why. Row = index in the Fleet, key = bare
// JID.
class FleetModel final : public TableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    // Both outlive the model.
    FleetModel(core::Fleet &fleet, const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] core::Fleet &fleet() const { return m_fleet; }
    [[nodiscard]] const records::Device &device(int row) const { return m_fleet.at(row); }
    [[nodiscard]] records::Attention why(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] Column column(int index) const override;
    [[nodiscard]] Cell cell(int row, int column) const override;
    [[nodiscard]] QString key(int row) const override;
    [[nodiscard]] int rowOf(const QString &key) const override;
    [[nodiscard]] SortKey sortKey(int row, int column) const override;
    [[nodiscard]] SortKey tieKey(int row) const override;
    [[nodiscard]] bool matches(int row, const Needle &needle) const override;

    // The commands that a cell's action can be.
    [[nodiscard]] static QString actionText(records::Attention::Action action);

private:
    static constexpr int narrowestNames = 96;
    static constexpr int widestNames = 264;

    enum FixedColumn { DeviceColumn = 0, SeenColumn = 1, FirstProcess = 2 };

    [[nodiscard]] int agentColumn() const { return FirstProcess + static_cast<int>(m_processes.size()); }
    [[nodiscard]] int whyColumn() const { return agentColumn() + 1; }
    [[nodiscard]] Cell deviceCell(const records::Device &device) const;
    [[nodiscard]] Cell seenCell(const records::Device &device) const;
    [[nodiscard]] Cell processCell(const records::Device &device, const QString &name) const;
    [[nodiscard]] Cell agentCell(const records::Device &device) const;
    [[nodiscard]] Cell whyCell(const records::Device &device) const;
    void rewind();
    void onAdded(int first, int count);
    void onChanged(const QList<core::DeviceDelta> &deltas);
    void updateColumns();
    void noteName(const records::Device &device);
    void fitNames(int widthBefore);

    core::Fleet &m_fleet;
    const Clock &m_clock;
    int m_count = 0;
    int m_nameWidth = narrowestNames; // of the longest name so far
    QStringList m_processes;
    std::vector<QByteArray> m_search; // what the filter looks in, folded once
};

} // namespace sgn::models
