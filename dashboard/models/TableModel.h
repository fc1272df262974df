// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Cell.h"

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
    // Strict order of two rows by a column; equal rows are then ordered by `tieLess`, by what never changes of a row.
    [[nodiscard]] virtual bool less(int column, int left, int right) const;
    [[nodiscard]] virtual bool tieLess(int left, int right) const;
    // `needle` is folded with fold().
    [[nodiscard]] virtual bool matches(int row, QStringView needle) const;

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
