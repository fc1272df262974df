// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TableModel.h"

namespace sgn::models {

Needle::Needle(const QString &wanted)
    : text(TableModel::fold(wanted))
    , utf8(text.toUtf8())
{}

int TableModel::rowOf(const QString &wanted) const
{
    for (int row = 0; row < rowCount(); ++row) {
        if (key(row) == wanted) {
            return row;
        }
    }
    return -1;
}

SortKey TableModel::sortKey(int row, int column) const
{
    return sortKeyOf(cell(row, column).text); // meter-2 before meter-10
}

SortKey TableModel::tieKey(int row) const
{
    return {.number = row};
}

bool TableModel::matches(int row, const Needle &needle) const
{
    for (int column = 0; column < columnCount(); ++column) {
        if (cell(row, column).text.contains(needle.text, Qt::CaseInsensitive)) {
            return true;
        }
    }
    return false;
}

QString TableModel::fold(const QString &text)
{
    return text.trimmed().toLower();
}

QVariant TableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    if (role == KeyRole) {
        return key(index.row());
    }
    if (role == AlignEndRole) {
        return column(index.column()).alignEnd;
    }
    if (role == CheckedRole) {
        return false;
    }
    if (role != Qt::DisplayRole && (role < TextRole || role > CheckedRole)) {
        return {};
    }
    const Cell value = cell(index.row(), index.column());
    switch (role) {
    case Qt::DisplayRole:
    case TextRole:
        return value.text;
    case ToneRole:
        return static_cast<int>(value.tone);
    case BadgeRole:
        return value.badge;
    case DotRole:
        return static_cast<int>(value.dot);
    case ProgressRole:
        return value.progress;
    case ActionRole:
        return value.action;
    case HintRole:
        return value.hint;
    case MonoRole:
        return value.mono;
    default:
        return {};
    }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::DisplayRole && section >= 0 && section < columnCount()) {
        return column(section).title;
    }
    return {};
}

QHash<int, QByteArray> TableModel::roleNames() const
{
    return {{TextRole, "text"},         {ToneRole, "tone"},     {BadgeRole, "badge"},    {DotRole, "dot"},
            {ProgressRole, "progress"}, {ActionRole, "action"}, {HintRole, "hint"},      {MonoRole, "mono"},
            {AlignEndRole, "alignEnd"}, {KeyRole, "key"},       {CheckedRole, "checked"}};
}

void TableModel::refreshTexts()
{
    Q_EMIT columnsChanged();
    if (rowCount() > 0 && columnCount() > 0) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    }
}

void TableModel::notifyChanged(const QList<int> &rows)
{
    if (rows.isEmpty() || columnCount() == 0) {
        return;
    }
    const int last = columnCount() - 1;
    constexpr qsizetype manyRows = 64;
    if (rows.size() > manyRows) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, last));
    } else {
        for (const int row : rows) {
            Q_EMIT dataChanged(index(row, 0), index(row, last));
        }
    }
    Q_EMIT rowsChanged(rows);
}

} // namespace sgn::models
