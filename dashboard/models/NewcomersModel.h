// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/Newcomers.h"
#include "models/TableModel.h"

namespace sgn::models {

// One row per account that waits to be accepted. Key: bare JID.
class NewcomersModel final : public TableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Columns {
        AccountColumn,
        ServerColumn,
        IdColumn,
        FirstSeenColumn,
        LastSeenColumn,
        MessageColumn,
        ColumnCount,
    };

    // Both outlive the model.
    NewcomersModel(const core::Newcomers &newcomers, const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] Column column(int index) const override;
    [[nodiscard]] Cell cell(int row, int column) const override;
    [[nodiscard]] QString key(int row) const override;
    [[nodiscard]] int rowOf(const QString &wanted) const override;
    [[nodiscard]] SortKey sortKey(int row, int column) const override;

private:
    [[nodiscard]] Cell timeCell(const QDateTime &time) const;
    [[nodiscard]] Cell messageCell(const records::Newcomer &newcomer) const;
    // In rows that come, go and change, so that what is checked stays checked.
    void update();
    void removeGone();
    // What `wanted` has from `row` up to the next row that is here.
    void insertNew(const QList<records::Newcomer> &wanted, int row);

    const core::Newcomers &m_newcomers;
    const Clock &m_clock;
    QList<records::Newcomer> m_rows; // in order of their JIDs
};

} // namespace sgn::models
