// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RowOrder.h"

#include <algorithm>
#include <compare>
#include <string_view>
#include <tuple>
#include <vector>

namespace sgn::models {

namespace {

// A SortKey, wherever its text is.
struct KeyView
{
    qint64 number;
    qint64 second;
    std::string_view text;

    friend std::strong_ordering operator<=>(const KeyView &a, const KeyView &b)
    {
        return std::tie(a.number, a.second, a.text) <=> std::tie(b.number, b.second, b.text);
    }
};

KeyView view(const SortKey &key)
{
    return {key.number, key.second, {key.text.constData(), static_cast<std::size_t>(key.text.size())}};
}

// The keys of many rows, their texts one after the other: sorting a hundred thousand of them is bound by memory.
class KeyedRows
{
public:
    explicit KeyedRows(qsizetype count) { m_rows.reserve(static_cast<std::size_t>(count)); }

    void add(int row, const SortKey &key)
    {
        m_rows.push_back(
            {key.number, key.second, static_cast<quint32>(m_texts.size()), static_cast<quint32>(key.text.size()), row});
        m_texts += models::view(key).text;
    }

    // Equal ones stay as they were added.
    [[nodiscard]] QList<int> sorted(bool isDescending)
    {
        std::ranges::stable_sort(m_rows, [this, isDescending](const Keyed &one, const Keyed &other) {
            return isDescending ? view(other) < view(one) : view(one) < view(other);
        });
        QList<int> rows;
        rows.reserve(static_cast<qsizetype>(m_rows.size()));
        for (const Keyed &keyed : m_rows) {
            rows += keyed.row;
        }
        return rows;
    }

private:
    struct Keyed
    {
        qint64 number;
        qint64 second;
        quint32 textAt;
        quint32 textSize;
        int row;
    };

    [[nodiscard]] KeyView view(const Keyed &keyed) const
    {
        return {keyed.number, keyed.second, {m_texts.data() + keyed.textAt, keyed.textSize}};
    }

    std::vector<Keyed> m_rows;
    std::string m_texts;
};

} // namespace

RowOrder::RowOrder(const TableModel &table)
    : m_table(table)
{}

void RowOrder::sortBy(int column, bool isDescending)
{
    m_column = column;
    m_isDescending = isDescending;
}

SortKey RowOrder::keyOf(int row) const
{
    return m_column < m_table.columnCount() ? m_table.sortKey(row, m_column) : SortKey{};
}

bool RowOrder::isBefore(const Keyed &one, const Keyed &other) const
{
    if (const auto by = view(one.key) <=> view(other.key); std::is_neq(by)) {
        return m_isDescending ? std::is_gt(by) : std::is_lt(by);
    }
    const SortKey tie = m_table.tieKey(one.row);
    const SortKey itsTie = m_table.tieKey(other.row);
    return view(tie) < view(itsTie);
}

RowOrder::Rows RowOrder::all()
{
    const int count = m_table.rowCount();
    if (m_ties.size() != count) {
        KeyedRows ties(count);
        for (int row = 0; row < count; ++row) {
            ties.add(row, m_table.tieKey(row));
        }
        m_ties = ties.sorted(false);
    }
    KeyedRows keyed(count);
    for (const int row : std::as_const(m_ties)) {
        keyed.add(row, keyOf(row));
    }
    return keyed.sorted(m_isDescending);
}

RowOrder::Rows RowOrder::merged(const Rows &sorted, const Rows &placed) const
{
    std::vector<Keyed> keyed;
    keyed.reserve(static_cast<std::size_t>(placed.size()));
    for (const int row : placed) {
        keyed.push_back({row, keyOf(row)});
    }
    std::ranges::sort(keyed, [this](const Keyed &one, const Keyed &other) { return isBefore(one, other); });
    Rows rows;
    rows.reserve(sorted.size() + placed.size());
    auto rest = sorted.cbegin();
    for (const Keyed &next : keyed) {
        const auto place = std::upper_bound(rest, sorted.cend(), next, [this](const Keyed &one, int other) {
            return isBefore(one, {other, keyOf(other)});
        });
        std::copy(rest, place, std::back_inserter(rows));
        rows += next.row;
        rest = place;
    }
    std::copy(rest, sorted.cend(), std::back_inserter(rows));
    return rows;
}

} // namespace sgn::models
