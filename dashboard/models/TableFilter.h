// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/ColumnChoice.h"
#include "models/RowOrder.h"
#include "models/TableModel.h"

#include <functional>
#include <QAbstractProxyModel>
#include <QSet>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// A TableModel sorted, filtered, with its columns in the order that was chosen, and with a selection by key. Made for
// 100,000 rows: a filter change is one pass over the rows and at most four signals, and changed rows are merged into
// place together, because QSortFilterProxyModel's signal per run of rows grows with the square of their number.
class TableFilter : public QAbstractProxyModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the model it belongs to")
    Q_PROPERTY(QString filterText READ filterText WRITE setFilterText NOTIFY filterChanged FINAL)
    Q_PROPERTY(int sortColumn READ sortColumn NOTIFY sortChanged FINAL)
    Q_PROPERTY(bool sortDescending READ isSortDescending NOTIFY sortChanged FINAL)
    Q_PROPERTY(int shownCount READ shownCount NOTIFY countChanged FINAL)
    Q_PROPERTY(int totalCount READ totalCount NOTIFY countChanged FINAL)
    Q_PROPERTY(int checkedCount READ checkedCount NOTIFY checkedChanged FINAL)
    Q_PROPERTY(bool allShownChecked READ areAllShownChecked NOTIFY checkedChanged FINAL)
    Q_PROPERTY(QString currentKey READ currentKey WRITE setCurrentKey NOTIFY currentChanged FINAL)
    Q_PROPERTY(int currentRow READ currentRow NOTIFY currentChanged FINAL)

public:
    explicit TableFilter(TableModel &source, QObject *parent = nullptr);

    [[nodiscard]] QString filterText() const { return m_filterText; }
    void setFilterText(const QString &text);
    [[nodiscard]] int sortColumn() const { return m_rowOrder.column(); }
    [[nodiscard]] bool isSortDescending() const { return m_rowOrder.isDescending(); }
    [[nodiscard]] int shownCount() const { return static_cast<int>(m_shown.size()); }
    [[nodiscard]] int totalCount() const { return m_source.rowCount(); }
    [[nodiscard]] int checkedCount() const { return static_cast<int>(m_checked.size()); }
    [[nodiscard]] bool areAllShownChecked() const;
    [[nodiscard]] QStringList checkedKeys() const;
    // In the order of the rows.
    [[nodiscard]] QStringList shownKeys() const;
    // The row that details are shown of; follows its key, -1 while that isn't shown.
    [[nodiscard]] QString currentKey() const { return m_currentKey; }
    void setCurrentKey(const QString &key);
    [[nodiscard]] int currentRow() const;
    [[nodiscard]] TableModel &table() const { return m_source; }

    // Hidden columns and widths are kept here for the views, which come and go.
    [[nodiscard]] const ColumnChoice &columnChoice() const { return m_choice; }
    void setColumnChoice(const ColumnChoice &choice);
    // The table's column at a place here; sortColumn() and sortBy() count as the table does.
    [[nodiscard]] int sourceColumn(int column) const { return m_columns.value(column, -1); }

    // The same column again turns the order around.
    Q_INVOKABLE void sortBy(int column);
    void sortBy(int column, bool descending);
    Q_INVOKABLE void setCurrentRow(int row);
    // For a view that shows details beside the rows: where no row is the current one, the first is from now on.
    Q_INVOKABLE void chooseFirst();
    Q_INVOKABLE QString keyAt(int row) const;
    // Empty when none is checked.
    Q_INVOKABLE QString firstCheckedKey() const;
    Q_INVOKABLE void toggle(int row);
    // From the row toggled last to this one.
    Q_INVOKABLE void checkTo(int row);
    Q_INVOKABLE void checkShown(bool checked);
    Q_INVOKABLE void uncheckAll();

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex &child) const override;
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QModelIndex mapToSource(const QModelIndex &proxyIndex) const override;
    [[nodiscard]] QModelIndex mapFromSource(const QModelIndex &sourceIndex) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void filterChanged();
    void sortChanged();
    void countChanged();
    void checkedChanged();
    void currentChanged();
    void columnChoiceChanged();

protected:
    // Beyond the text filter.
    [[nodiscard]] virtual bool accepts(int sourceRow) const;
    // Called with each new text of the filter; returns what rows have to contain of it. Folded.
    [[nodiscard]] virtual Needle needleOf(const QString &text);
    void filterAgain();

private:
    using Rows = RowOrder::Rows; // of the source

    [[nodiscard]] bool isShown(int sourceRow) const;
    void rebuild();
    [[nodiscard]] QList<int> arrangedColumns() const;
    void sortAgain();
    void filterAll();
    void showAccepted();
    void show(const Rows &rows);
    void reorder(const Rows &rows);
    void changeLayout(LayoutChangeHint hint, const std::function<void()> &change);
    void indexPositions();
    void forget();
    void mergeTouched();
    void forwardData(const QModelIndex &topLeft, const QModelIndex &bottomRight, const QList<int> &roles);
    void touch(const QList<int> &rows);
    void onRowsInserted(const QModelIndex &parent, int first, int last);
    void onRowsAboutToBeRemoved(const QModelIndex &parent, int first, int last);
    void onRowsRemoved(const QModelIndex &parent, int first, int last);
    void emitChecked();

    TableModel &m_source;
    QString m_filterText;
    Needle m_needle;
    ColumnChoice m_choice;
    QList<int> m_columns; // of the source, by our column
    RowOrder m_rowOrder;
    Rows m_sortedRows;      // every source row, sorted, so that a filter change needn't sort
    QList<bool> m_accepted; // by source row
    Rows m_shown;           // by our row
    QList<int> m_position;  // by source row, -1: not shown
    QSet<QString> m_checked;
    QString m_currentKey;
    int m_anchor = -1;
    QSet<int> m_touched; // source rows to be placed anew
    QTimer m_merge;
};

} // namespace sgn::models
