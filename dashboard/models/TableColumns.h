// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/TableFilter.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// Where a table's columns are: their own widths or those they were dragged to, and what is left over for those that
// grow. Rows of this model are the header's cells. What is chosen here is kept by the TableFilter.
class TableColumns : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(sgn::models::TableFilter *rows READ rows WRITE setRows NOTIFY rowsChanged REQUIRED FINAL)
    Q_PROPERTY(qreal available READ available WRITE setAvailable NOTIFY laidOut FINAL)
    // Added to the first column, for the check boxes.
    Q_PROPERTY(qreal lead READ lead WRITE setLead NOTIFY laidOut FINAL)

public:
    enum Role {
        TitleRole = Qt::UserRole,
        XRole,
        WidthRole,
        SortableRole,
        AlignEndRole,
        SourceColumnRole, // as TableFilter::sortColumn() counts
        ShownRole,
    };

    using QAbstractListModel::QAbstractListModel;

    [[nodiscard]] TableFilter *rows() const { return m_rows; }
    void setRows(TableFilter *rows);
    [[nodiscard]] qreal available() const { return m_available; }
    void setAvailable(qreal width);
    [[nodiscard]] qreal lead() const { return m_lead; }
    void setLead(qreal width);

    // 0 for a hidden one, which makes a TableView leave it out.
    Q_INVOKABLE qreal width(int column) const;
    Q_INVOKABLE void resize(int column, qreal width);
    // Back to the column's own width.
    Q_INVOKABLE void resetWidth(int column);
    // The first column stays where it is, and is always shown.
    Q_INVOKABLE void setShown(int column, bool shown);
    // One place further to the end, or to the front.
    Q_INVOKABLE void moveOn(int column);
    Q_INVOKABLE void moveBack(int column);
    // All as it was before anything was chosen.
    Q_INVOKABLE void reset();

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void rowsChanged();
    void laidOut();

private:
    void layOut();
    void takeBasicWidths(int count);
    void growBy(qreal left);
    void shrinkOthers();
    [[nodiscard]] qreal usedWidth() const;
    [[nodiscard]] bool isShown(const Column &column) const;
    // Nothing is taken from it or given to it.
    [[nodiscard]] bool isFixed(const Column &column) const;
    void exchange(int column, int other);

    TableFilter *m_rows = nullptr;
    qreal m_available = 0;
    qreal m_lead = 0;
    QList<Column> m_columns;
    QList<qreal> m_widths;
};

} // namespace sgn::models
