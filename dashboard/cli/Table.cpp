// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Table.h"

#include <algorithm>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype gap = 2;

// Characters that would reorder the rest of the line are as bad as an escape sequence.
bool isHarmful(QChar c)
{
    const char16_t u = c.unicode();
    return u < 0x20 || (u >= 0x7f && u < 0xa0) || u == 0x2028 || u == 0x2029 || (u >= 0x202a && u <= 0x202e) ||
           (u >= 0x2066 && u <= 0x2069);
}

} // namespace

QString plain(const QString &text)
{
    QString clean = text;
    for (QChar &c : clean) {
        if (isHarmful(c)) {
            c = u' ';
        }
    }
    return clean;
}

QString someOf(const QStringList &names)
{
    constexpr qsizetype shown = 5;
    const QString first = plain(names.first(std::min(names.size(), shown)).join(u", "_s));
    return names.size() > shown ? u"%1 and %2 more"_s.arg(first).arg(names.size() - shown) : first;
}

Table::Table(QStringList titles)
    : m_rows{std::move(titles)}
{}

void Table::add(const QStringList &cells)
{
    QStringList row;
    for (const QString &cell : cells) {
        row += plain(cell);
    }
    m_rows += row;
}

QByteArray Table::toText() const
{
    QList<qsizetype> widths(m_rows.front().size(), 0);
    for (const QStringList &row : m_rows) {
        for (qsizetype column = 0; column < std::min(row.size(), widths.size()); ++column) {
            widths[column] = std::max(widths[column], row.at(column).size());
        }
    }
    QByteArray text;
    for (const QStringList &row : m_rows) {
        QString line;
        for (qsizetype column = 0; column < row.size(); ++column) {
            line += column + 1 < row.size() ? row.at(column).leftJustified(widths.value(column) + gap) : row.at(column);
        }
        while (line.endsWith(u' ')) {
            line.chop(1);
        }
        text += line.toUtf8() + '\n';
    }
    return text;
}

} // namespace sgn::cli
