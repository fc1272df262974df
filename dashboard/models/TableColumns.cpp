// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TableColumns.h"

#include <algorithm>
#include <numeric>

namespace sgn::models {

void TableColumns::setRows(TableFilter *rows)
{
    if (rows == m_rows) {
        return;
    }
    if (m_rows) {
        m_rows->disconnect(this), m_rows->table().disconnect(this);
    }
    m_rows = rows;
    if (m_rows) {
        connect(m_rows, &QAbstractItemModel::columnsInserted, this, &TableColumns::layOut);
        connect(m_rows, &QAbstractItemModel::columnsRemoved, this, &TableColumns::layOut);
        connect(m_rows, &QAbstractItemModel::modelReset, this, &TableColumns::layOut);
        connect(&m_rows->table(), &TableModel::columnsChanged, this, &TableColumns::layOut);
        connect(m_rows, &TableFilter::columnChoiceChanged, this, &TableColumns::layOut);
        connect(m_rows, &QObject::destroyed, this, [this] {
            m_rows = nullptr;
            layOut();
        });
    }
    layOut();
    Q_EMIT rowsChanged();
}

void TableColumns::setAvailable(qreal width)
{
    if (qFuzzyCompare(width + 1, m_available + 1)) {
        return;
    }
    m_available = width;
    layOut();
}

void TableColumns::setLead(qreal width)
{
    if (qFuzzyCompare(width + 1, m_lead + 1)) {
        return;
    }
    m_lead = width;
    layOut();
}

qreal TableColumns::width(int column) const
{
    return m_widths.value(column, 0);
}

void TableColumns::resize(int column, qreal width)
{
    if (!m_rows || column < 0 || column >= m_columns.size()) {
        return;
    }
    const qreal lead = column == 0 ? m_lead : 0;
    ColumnChoice choice = m_rows->columnChoice();
    choice.widths.insert(m_columns.at(column).id, std::max(qRound(width - lead), m_columns.at(column).minimumWidth));
    m_rows->setColumnChoice(choice);
}

void TableColumns::resetWidth(int column)
{
    if (m_rows && column >= 0 && column < m_columns.size()) {
        ColumnChoice choice = m_rows->columnChoice();
        choice.widths.remove(m_columns.at(column).id);
        m_rows->setColumnChoice(choice);
    }
}

void TableColumns::setShown(int column, bool shown)
{
    if (!m_rows || column < 1 || column >= m_columns.size()) {
        return;
    }
    ColumnChoice choice = m_rows->columnChoice();
    choice.hidden.removeAll(m_columns.at(column).id);
    if (!shown) {
        choice.hidden += m_columns.at(column).id;
    }
    m_rows->setColumnChoice(choice);
}

void TableColumns::moveOn(int column)
{
    exchange(column, column + 1);
}

void TableColumns::moveBack(int column)
{
    exchange(column, column - 1);
}

void TableColumns::exchange(int column, int other)
{
    if (!m_rows || std::min(column, other) < 1 || std::max(column, other) >= m_columns.size()) {
        return;
    }
    ColumnChoice choice = m_rows->columnChoice();
    choice.order.clear();
    for (const Column &each : std::as_const(m_columns)) {
        choice.order += each.id;
    }
    choice.order.swapItemsAt(column, other);
    m_rows->setColumnChoice(choice);
}

void TableColumns::reset()
{
    if (m_rows) {
        m_rows->setColumnChoice({});
    }
}

int TableColumns::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant TableColumns::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const Column &column = m_columns.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case TitleRole:
        return column.title;
    case XRole:
        return std::accumulate(m_widths.cbegin(), m_widths.cbegin() + index.row(), static_cast<qreal>(0));
    case WidthRole:
        return m_widths.at(index.row());
    case SortableRole:
        return column.sortable;
    case AlignEndRole:
        return column.alignEnd;
    case SourceColumnRole:
        return m_rows ? m_rows->sourceColumn(index.row()) : -1;
    case ShownRole:
        return isShown(column);
    default:
        return {};
    }
}

QHash<int, QByteArray> TableColumns::roleNames() const
{
    return {{TitleRole, "title"},       {XRole, "offset"},          {WidthRole, "extent"},
            {SortableRole, "sortable"}, {AlignEndRole, "alignEnd"}, {SourceColumnRole, "sourceColumn"},
            {ShownRole, "shown"}};
}

void TableColumns::layOut()
{
    const int count = m_rows ? m_rows->columnCount() : 0;
    const bool same = count == m_columns.size();
    if (!same) {
        beginResetModel();
    }
    takeBasicWidths(count);
    growBy(m_available - usedWidth());
    shrinkOthers();
    if (!same) {
        endResetModel();
    }
    if (same && count > 0) {
        Q_EMIT dataChanged(index(0), index(count - 1));
    }
    Q_EMIT laidOut();
}

void TableColumns::takeBasicWidths(int count)
{
    m_columns.clear();
    m_widths.clear();
    for (int i = 0; i < count; ++i) {
        const Column column = m_rows->table().column(m_rows->sourceColumn(i));
        const int width = m_rows->columnChoice().widths.value(column.id, column.width);
        m_columns.append(column);
        m_widths.append(!isShown(column) ? 0 : width + (i == 0 ? m_lead : 0));
    }
}

void TableColumns::growBy(qreal left)
{
    const auto grows = [this](const Column &column) {
        return column.grows && !isFixed(column);
    };
    const auto growing = std::ranges::count_if(m_columns, grows);
    for (qsizetype i = 0; i < m_columns.size() && left > 0; ++i) {
        if (grows(m_columns.at(i))) {
            m_widths[i] += left / static_cast<qreal>(growing);
        }
    }
}

// Before the table is wider than the window, and before a sentence is cut after two words, while numbers beside it have
// room to spare.
void TableColumns::shrinkOthers()
{
    qreal missing = 0;
    qreal spare = 0;
    QList<qreal> ofColumn(m_columns.size());
    for (qsizetype i = 0; i < m_columns.size(); ++i) {
        const Column &column = m_columns.at(i);
        if (isFixed(column)) {
            continue;
        }
        if (column.grows) {
            missing += std::max<qreal>(0, column.readableWidth - m_widths.at(i));
        } else {
            ofColumn[i] = std::max<qreal>(0, m_widths.at(i) - (i == 0 ? m_lead : 0) - column.minimumWidth);
            spare += ofColumn.at(i);
        }
    }
    const qreal over = std::max<qreal>(0, usedWidth() - m_available);
    const qreal taken = std::min(over + missing, spare);
    if (taken <= 0) {
        return;
    }
    const qreal given = std::max<qreal>(0, taken - over);
    for (qsizetype i = 0; i < m_columns.size(); ++i) {
        const Column &column = m_columns.at(i);
        m_widths[i] -= taken * ofColumn.at(i) / spare;
        if (given > 0 && column.grows && !isFixed(column)) {
            m_widths[i] += given * std::max<qreal>(0, column.readableWidth - m_widths.at(i)) / missing;
        }
    }
}

bool TableColumns::isShown(const Column &column) const
{
    return !m_rows || !m_rows->columnChoice().hidden.contains(column.id);
}

bool TableColumns::isFixed(const Column &column) const
{
    return !isShown(column) || (m_rows && m_rows->columnChoice().widths.contains(column.id));
}

qreal TableColumns::usedWidth() const
{
    return std::accumulate(m_widths.cbegin(), m_widths.cend(), static_cast<qreal>(0));
}

} // namespace sgn::models
