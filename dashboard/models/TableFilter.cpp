// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TableFilter.h"

#include <algorithm>
#include <chrono>
#include <numeric>

using namespace std::chrono_literals;

namespace sgn::models {

TableFilter::TableFilter(TableModel &source, QObject *parent)
    : QAbstractProxyModel(parent)
    , m_source(source)
    , m_rowOrder(source)
{
    QAbstractProxyModel::setSourceModel(&source);
    // Reports come in streams; placing their rows anew a few times a second is as fast as eyes follow.
    m_merge.setSingleShot(true);
    m_merge.setInterval(200ms);
    connect(&m_merge, &QTimer::timeout, this, &TableFilter::mergeTouched);

    connect(&source, &QAbstractItemModel::dataChanged, this, &TableFilter::forwardData);
    connect(&source, &TableModel::rowsChanged, this, &TableFilter::touch);
    connect(&source, &QAbstractItemModel::rowsInserted, this, &TableFilter::onRowsInserted);
    connect(&source, &QAbstractItemModel::rowsAboutToBeRemoved, this, &TableFilter::onRowsAboutToBeRemoved);
    connect(&source, &QAbstractItemModel::rowsRemoved, this, &TableFilter::onRowsRemoved);
    connect(&source, &QAbstractItemModel::modelAboutToBeReset, this, [this] {
        beginResetModel();
        forget();
    });
    connect(&source, &QAbstractItemModel::modelReset, this, [this] {
        m_columns = arrangedColumns();
        endResetModel();
        rebuild();
    });
    // Where columns come to in an order of one's own isn't known before they are there.
    connect(&source, &QAbstractItemModel::columnsAboutToBeInserted, this,
            [this](const QModelIndex &, int first, int last) {
                m_choice.order.isEmpty() ? beginInsertColumns({}, first, last) : beginResetModel();
            });
    connect(&source, &QAbstractItemModel::columnsInserted, this, [this] {
        m_columns = arrangedColumns();
        m_choice.order.isEmpty() ? endInsertColumns() : endResetModel();
    });
    connect(&source, &QAbstractItemModel::columnsAboutToBeRemoved, this,
            [this](const QModelIndex &, int first, int last) {
                m_choice.order.isEmpty() ? beginRemoveColumns({}, first, last) : beginResetModel();
            });
    connect(&source, &QAbstractItemModel::columnsRemoved, this, [this] {
        m_columns = arrangedColumns();
        m_choice.order.isEmpty() ? endRemoveColumns() : endResetModel();
    });
    connect(&source, &QAbstractItemModel::headerDataChanged, this,
            [this](Qt::Orientation orientation) { Q_EMIT headerDataChanged(orientation, 0, columnCount() - 1); });
    m_columns = arrangedColumns();
    rebuild();
}

QList<int> TableFilter::arrangedColumns() const
{
    QStringList ids;
    for (int column = 0; column < m_source.columnCount(); ++column) {
        ids += m_source.column(column).id;
    }
    return arranged(ids, m_choice.order);
}

void TableFilter::setColumnChoice(const ColumnChoice &choice)
{
    if (choice == m_choice) {
        return;
    }
    m_choice = choice;
    if (const QList<int> columns = arrangedColumns(); columns != m_columns) {
        changeLayout(HorizontalSortHint, [this, &columns] { m_columns = columns; });
    }
    Q_EMIT columnChoiceChanged();
}

void TableFilter::setFilterText(const QString &text)
{
    if (text == m_filterText) {
        return;
    }
    m_filterText = text;
    m_needle = needleOf(text);
    filterAll();
    Q_EMIT filterChanged();
}

void TableFilter::filterAgain()
{
    filterAll();
    Q_EMIT filterChanged();
}

bool TableFilter::areAllShownChecked() const
{
    return !m_shown.isEmpty() && std::all_of(m_shown.cbegin(), m_shown.cend(),
                                             [this](int row) { return m_checked.contains(m_source.key(row)); });
}

QStringList TableFilter::checkedKeys() const
{
    QStringList keys(m_checked.cbegin(), m_checked.cend());
    keys.sort();
    return keys;
}

QStringList TableFilter::shownKeys() const
{
    QStringList keys;
    keys.reserve(m_shown.size());
    for (const int row : m_shown) {
        keys += m_source.key(row);
    }
    return keys;
}

void TableFilter::setCurrentKey(const QString &key)
{
    if (key == m_currentKey) {
        return;
    }
    m_currentKey = key;
    Q_EMIT currentChanged();
}

int TableFilter::currentRow() const
{
    if (m_currentKey.isEmpty()) {
        return -1;
    }
    return m_position.value(m_source.rowOf(m_currentKey), -1);
}

void TableFilter::sortBy(int column)
{
    sortBy(column, column == sortColumn() && !isSortDescending());
}

void TableFilter::sortBy(int column, bool descending)
{
    if (column < 0 || column >= m_source.columnCount() || !m_source.column(column).sortable) {
        return;
    }
    m_rowOrder.sortBy(column, descending);
    sortAgain();
    Q_EMIT sortChanged();
}

void TableFilter::setCurrentRow(int row)
{
    if (m_shown.isEmpty()) {
        return;
    }
    setCurrentKey(keyAt(std::clamp(row, 0, shownCount() - 1)));
}

void TableFilter::chooseFirst()
{
    if (m_currentKey.isEmpty()) {
        setCurrentRow(0);
    }
}

QString TableFilter::keyAt(int row) const
{
    return row >= 0 && row < m_shown.size() ? m_source.key(m_shown.at(row)) : QString();
}

QString TableFilter::firstCheckedKey() const
{
    return m_checked.isEmpty() ? QString() : checkedKeys().first();
}

void TableFilter::toggle(int row)
{
    const QString key = keyAt(row);
    if (key.isEmpty()) {
        return;
    }
    if (!m_checked.remove(key)) {
        m_checked.insert(key);
    }
    m_anchor = row;
    emitChecked();
}

void TableFilter::checkTo(int row)
{
    if (row < 0 || row >= shownCount()) {
        return;
    }
    const int from = std::clamp(m_anchor < 0 ? row : m_anchor, 0, shownCount() - 1);
    for (int i = std::min(from, row); i <= std::max(from, row); ++i) {
        m_checked.insert(keyAt(i));
    }
    m_anchor = row;
    emitChecked();
}

void TableFilter::checkShown(bool checked)
{
    for (const int row : std::as_const(m_shown)) {
        const QString key = m_source.key(row);
        if (checked) {
            m_checked.insert(key);
        } else {
            m_checked.remove(key);
        }
    }
    emitChecked();
}

void TableFilter::uncheckAll()
{
    m_checked.clear();
    m_anchor = -1;
    emitChecked();
}

void TableFilter::emitChecked()
{
    if (!m_shown.isEmpty() && columnCount() > 0) {
        Q_EMIT dataChanged(index(0, 0), index(shownCount() - 1, columnCount() - 1), {TableModel::CheckedRole});
    }
    Q_EMIT checkedChanged();
}

QModelIndex TableFilter::index(int row, int column, const QModelIndex &parent) const
{
    return hasIndex(row, column, parent) ? createIndex(row, column) : QModelIndex();
}

QModelIndex TableFilter::parent(const QModelIndex &) const
{
    return {};
}

int TableFilter::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : shownCount();
}

int TableFilter::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QModelIndex TableFilter::mapToSource(const QModelIndex &proxyIndex) const
{
    if (!proxyIndex.isValid() || proxyIndex.row() >= m_shown.size()) {
        return {};
    }
    return m_source.index(m_shown.at(proxyIndex.row()), sourceColumn(proxyIndex.column()));
}

QModelIndex TableFilter::mapFromSource(const QModelIndex &sourceIndex) const
{
    const int row = sourceIndex.isValid() ? m_position.value(sourceIndex.row(), -1) : -1;
    return row < 0 ? QModelIndex() : createIndex(row, static_cast<int>(m_columns.indexOf(sourceIndex.column())));
}

QVariant TableFilter::data(const QModelIndex &index, int role) const
{
    if (role == TableModel::CheckedRole && index.isValid()) {
        return m_checked.contains(keyAt(index.row()));
    }
    return m_source.data(mapToSource(index), role);
}

QVariant TableFilter::headerData(int section, Qt::Orientation orientation, int role) const
{
    return m_source.headerData(orientation == Qt::Horizontal ? sourceColumn(section) : section, orientation, role);
}

QHash<int, QByteArray> TableFilter::roleNames() const
{
    return m_source.roleNames();
}

Needle TableFilter::needleOf(const QString &text)
{
    return Needle(text);
}

bool TableFilter::accepts(int) const
{
    return true;
}

bool TableFilter::isShown(int sourceRow) const
{
    return accepts(sourceRow) && (m_needle.isEmpty() || m_source.matches(sourceRow, m_needle));
}

void TableFilter::rebuild()
{
    m_position.resize(m_source.rowCount(), -1);
    m_accepted = QList<bool>(m_source.rowCount(), false);
    m_rowOrder.forgetTies();
    if (m_checked.removeIf([this](const QString &key) { return m_source.rowOf(key) < 0; }) > 0) {
        Q_EMIT checkedChanged();
    }
    sortAgain();
    filterAll();
}

void TableFilter::sortAgain()
{
    m_sortedRows = m_rowOrder.all();
    showAccepted();
}

void TableFilter::filterAll()
{
    m_accepted.resize(m_source.rowCount());
    for (int row = 0; row < m_accepted.size(); ++row) {
        m_accepted[row] = isShown(row);
    }
    showAccepted();
}

void TableFilter::showAccepted()
{
    Rows rows;
    rows.reserve(m_sortedRows.size());
    std::copy_if(m_sortedRows.cbegin(), m_sortedRows.cend(), std::back_inserter(rows),
                 [this](int row) { return m_accepted.at(row); });
    show(rows);
}

void TableFilter::forwardData(const QModelIndex &topLeft, const QModelIndex &bottomRight, const QList<int> &roles)
{
    constexpr int manyRows = 64;
    // Columns beside each other there aren't here.
    const bool isOne = topLeft.column() == bottomRight.column();
    const int first = isOne ? static_cast<int>(m_columns.indexOf(topLeft.column())) : 0;
    const int last = isOne ? first : columnCount() - 1;
    if (bottomRight.row() - topLeft.row() >= manyRows) {
        if (!m_shown.isEmpty()) {
            Q_EMIT dataChanged(index(0, first), index(shownCount() - 1, last), roles);
        }
        return;
    }
    for (int row = topLeft.row(); row <= bottomRight.row(); ++row) {
        const int shown = m_position.value(row, -1);
        if (shown >= 0) {
            Q_EMIT dataChanged(index(shown, first), index(shown, last), roles);
        }
    }
}

void TableFilter::touch(const QList<int> &rows)
{
    m_touched.unite(QSet<int>(rows.cbegin(), rows.cend()));
    if (!m_merge.isActive()) {
        m_merge.start();
    }
}

void TableFilter::onRowsInserted(const QModelIndex &, int first, int last)
{
    const int count = last - first + 1;
    m_rowOrder.forgetTies();
    QList<int> rows(count);
    std::iota(rows.begin(), rows.end(), first);
    // At the end nothing moves, however many come one by one.
    if (first == m_accepted.size()) {
        m_accepted.resize(m_source.rowCount(), false);
        m_position.resize(m_source.rowCount(), -1);
        m_sortedRows += rows;
        touch(rows);
        Q_EMIT countChanged();
        return;
    }
    const auto shifted = [first, count](int row) {
        return row >= first ? row + count : row;
    };
    std::transform(m_shown.begin(), m_shown.end(), m_shown.begin(), shifted);
    std::transform(m_sortedRows.begin(), m_sortedRows.end(), m_sortedRows.begin(), shifted);
    m_accepted.insert(first, count, false);
    QSet<int> touched;
    for (const int row : std::as_const(m_touched)) {
        touched.insert(shifted(row));
    }
    m_touched = std::move(touched);
    m_position = QList<int>(m_source.rowCount(), -1);
    indexPositions();
    m_sortedRows += rows;
    touch(rows);
    Q_EMIT countChanged();
}

void TableFilter::onRowsAboutToBeRemoved(const QModelIndex &, int first, int last)
{
    Rows rows;
    std::copy_if(m_shown.cbegin(), m_shown.cend(), std::back_inserter(rows),
                 [first, last](int row) { return row < first || row > last; });
    show(rows);
    for (int row = first; row <= last; ++row) {
        m_checked.remove(m_source.key(row));
    }
}

void TableFilter::onRowsRemoved(const QModelIndex &, int first, int last)
{
    const int count = last - first + 1;
    const auto shifted = [last, count](int row) {
        return row > last ? row - count : row;
    };
    const auto isGone = [first, last](int row) {
        return row >= first && row <= last;
    };
    std::transform(m_shown.begin(), m_shown.end(), m_shown.begin(), shifted);
    m_rowOrder.forgetTies();
    m_sortedRows.removeIf(isGone);
    std::transform(m_sortedRows.begin(), m_sortedRows.end(), m_sortedRows.begin(), shifted);
    m_accepted.remove(first, count);
    QSet<int> touched;
    for (const int row : std::as_const(m_touched)) {
        if (!isGone(row)) {
            touched.insert(shifted(row));
        }
    }
    m_touched = std::move(touched);
    m_position = QList<int>(m_source.rowCount(), -1);
    indexPositions();
    Q_EMIT countChanged();
    Q_EMIT checkedChanged();
}

// Everything not touched keeps its order, so it is enough to place the few.
void TableFilter::mergeTouched()
{
    // Finding one row's place costs as much as sorting so many.
    constexpr qsizetype rowsPerPlace = 32;
    const Rows placed(m_touched.cbegin(), m_touched.cend());
    m_touched.clear();
    QList<bool> isPlaced(m_accepted.size(), false);
    for (const int row : placed) {
        m_accepted[row] = isShown(row);
        isPlaced[row] = true;
    }
    if (placed.size() > m_sortedRows.size() / rowsPerPlace) {
        m_sortedRows = m_rowOrder.all();
    } else {
        Rows kept;
        kept.reserve(m_sortedRows.size());
        std::copy_if(m_sortedRows.cbegin(), m_sortedRows.cend(), std::back_inserter(kept),
                     [&isPlaced](int row) { return !isPlaced.at(row); });
        m_sortedRows = m_rowOrder.merged(kept, placed);
    }
    showAccepted();
}

// From what is shown to `rows` in the fewest honest steps: move what goes to the end, remove it there, append what
// comes, move it into place.
void TableFilter::show(const Rows &rows)
{
    // Not by QList's operator, which compares nothing at a null address in Qt 6.4.
    if (std::ranges::equal(rows, m_shown)) {
        Q_EMIT countChanged();
        return;
    }
    QList<bool> wanted(m_position.size(), false);
    for (const int row : rows) {
        wanted[row] = true;
    }

    Rows stay;
    stay.reserve(m_shown.size());
    Rows gone;
    Rows come;
    for (const int row : rows) {
        (m_position.at(row) >= 0 ? stay : come).append(row);
    }
    for (const int row : std::as_const(m_shown)) {
        if (!wanted.at(row)) {
            gone.append(row);
        }
    }
    if (!gone.isEmpty()) {
        reorder(stay + gone);
        beginRemoveRows({}, static_cast<int>(stay.size()), static_cast<int>(m_shown.size()) - 1);
        m_shown.resize(stay.size());
        for (const int row : std::as_const(gone)) {
            m_position[row] = -1;
        }
        endRemoveRows();
    }
    if (!come.isEmpty()) {
        beginInsertRows({}, static_cast<int>(m_shown.size()), static_cast<int>(m_shown.size() + come.size()) - 1);
        m_shown += come;
        indexPositions();
        endInsertRows();
    }
    reorder(rows);
    Q_EMIT countChanged();
    Q_EMIT currentChanged();
    Q_EMIT checkedChanged();
}

void TableFilter::reorder(const Rows &rows)
{
    // Two empty lists without memory must not be compared: their == hands null to memcmp (Qt 6.4).
    if ((rows.isEmpty() && m_shown.isEmpty()) || rows == m_shown) {
        return;
    }
    changeLayout(VerticalSortHint, [this, &rows] {
        m_shown = rows;
        indexPositions();
    });
}

// Indexes that others keep follow their cells.
void TableFilter::changeLayout(LayoutChangeHint hint, const std::function<void()> &change)
{
    Q_EMIT layoutAboutToBeChanged({}, hint);
    const QModelIndexList before = persistentIndexList();
    QList<std::pair<int, int>> sources;
    sources.reserve(before.size());
    for (const QModelIndex &index : before) {
        sources.append({m_shown.at(index.row()), m_columns.at(index.column())});
    }
    change();
    QModelIndexList after;
    after.reserve(before.size());
    for (const auto &[row, column] : sources) {
        after.append(createIndex(m_position.at(row), static_cast<int>(m_columns.indexOf(column))));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, hint);
}

void TableFilter::indexPositions()
{
    for (int row = 0; row < m_shown.size(); ++row) {
        m_position[m_shown.at(row)] = row;
    }
}

void TableFilter::forget()
{
    m_merge.stop();
    m_touched.clear();
    m_rowOrder.forgetTies();
    m_sortedRows.clear();
    m_accepted.clear();
    m_shown.clear();
    m_position.clear();
}

} // namespace sgn::models
