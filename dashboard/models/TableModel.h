// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Cell.h"
#include "models/SortKey.h"

#include <QAbstractTableModel>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// How a column is titled and laid out; widths in device-independent pixels.
struct Column
{
    QString id; // stays the same in all languages
    QString title;
    int width = 120;
    int minimumWidth = 56;
    bool grows = false;    // takes the width that is left over
    int readableWidth = 0; // up to which the others shrink for it, to their minimumWidth at most
    bool alignEnd = false; // numbers
    bool sortable = true;
};

// What rows have to contain, both ways to spell it: made once and looked for in every row. Folded.
struct Needle
{
    Needle() = default;
    explicit Needle(const QString &wanted);

    [[nodiscard]] bool isEmpty() const { return text.isEmpty(); }

    QString text;
    QByteArray utf8;
};

// A table of Cells. Rows have a key that stays the same while they move (a JID, a number), by which they are selected.
class TableModel : public QAbstractTableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Role {
        TextRole = Qt::UserRole,
        ToneRole,
        BadgeRole,
        DotRole,
        ProgressRole,
        ActionRole,
        HintRole,
        MonoRole,
        AlignEndRole,
        KeyRole,
        CheckedRole, // answered by TableFilter
    };

    using QAbstractTableModel::QAbstractTableModel;

    [[nodiscard]] virtual Column column(int index) const = 0;
    [[nodiscard]] virtual Cell cell(int row, int column) const = 0;
    [[nodiscard]] virtual QString key(int row) const = 0;
    // -1 when there is none.
    [[nodiscard]] virtual int rowOf(const QString &wanted) const;
    // Where a row belongs when a column sorts the table; rows with equal keys are then ordered by their tie keys, by
    // what never changes of a row.
    [[nodiscard]] virtual SortKey sortKey(int row, int column) const;
    [[nodiscard]] virtual SortKey tieKey(int row) const;
    [[nodiscard]] virtual bool matches(int row, const Needle &needle) const;

    // What texts are compared by: lower case, without white space at the ends.
    [[nodiscard]] static QString fold(const QString &text);

    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const final;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const final;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const final;

    // All texts anew: the language or the time of day has changed.
    void refreshTexts();

Q_SIGNALS:
    // A column's title or width changed.
    void columnsChanged();
    // These rows may belong elsewhere now, or nowhere. What they show is announced by dataChanged(), perhaps for more
    // rows.
    void rowsChanged(const QList<int> &rows);

protected:
    // Both signals for rows that changed.
    void notifyChanged(const QList<int> &rows);
};

} // namespace sgn::models
