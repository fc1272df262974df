// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/TableModel.h"

#include <QList>

namespace sgn::models {

// The order of a table's rows by one of its columns; rows that are equal there are in the order of
// TableModel::tieKey().
class RowOrder
{
public:
    using Rows = QList<int>; // of the table

    // `table` outlives it.
    explicit RowOrder(const TableModel &table);

    [[nodiscard]] int column() const { return m_column; }
    [[nodiscard]] bool isDescending() const { return m_isDescending; }
    void sortBy(int column, bool isDescending);
    // Rows have come or gone.
    void forgetTies() { m_ties.clear(); }

    // Every row of the table.
    [[nodiscard]] Rows all();
    // `sorted`, with `placed` in their places, none of which is in it. Costs little while those are few.
    [[nodiscard]] Rows merged(const Rows &sorted, const Rows &placed) const;

private:
    struct Keyed
    {
        int row = -1;
        SortKey key;
    };

    [[nodiscard]] SortKey keyOf(int row) const;
    [[nodiscard]] bool isBefore(const Keyed &one, const Keyed &other) const;

    const TableModel &m_table;
    int m_column = 0;
    bool m_isDescending = false;
    Rows m_ties; // every row by its tie key, which never changes of a row; empty: not known
};

} // namespace sgn::models
