// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Table.h"

#include <algorithm>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype gap = 2;
// A last column with less room than this has its texts below the rows.
constexpr qsizetype leastRoom = 20;
constexpr qsizetype indentBelow = 4;

// Characters that would reorder the rest of the line are as bad as an escape sequence.
bool isHarmful(QChar c)
{
    const char16_t u = c.unicode();
    return u < 0x20 || (u >= 0x7f && u < 0xa0) || u == 0x2028 || u == 0x2029 || (u >= 0x202a && u <= 0x202e) ||
           (u >= 0x2066 && u <= 0x2069);
}

qsizetype widthOn(const Sheet &sheet, const QString &text)
{
    return sheet.width > 0 ? displayWidth(text) : text.size();
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

Table::Table(const QStringList &titles)
{
    Row row;
    for (const QString &title : titles) {
        row += {plain(title), Tone::Title};
    }
    m_rows += row;
}

void Table::add(const QList<TextCell> &cells)
{
    Row row;
    for (const TextCell &cell : cells) {
        row += {plain(cell.text), cell.tone};
    }
    m_rows += row;
}

// Without spaces at its end. A width for each cell but the last one.
QString Table::lineOf(const Row &cells, const QList<qsizetype> &widths, const Sheet &sheet)
{
    QString line;
    qsizetype missing = 0;
    for (qsizetype column = 0; column < cells.size(); ++column) {
        const TextCell &cell = cells.at(column);
        QString text = cell.text;
        while (text.endsWith(u' ')) {
            text.chop(1);
        }
        if (!text.isEmpty()) {
            line += QString(missing, u' ') + sheet.painted(text, cell.tone);
            missing = 0;
        }
        missing += std::max(widths.value(column) + gap, widthOn(sheet, cell.text)) - widthOn(sheet, text);
    }
    return line;
}

QStringList Table::linesOf(const Row &row, const QList<qsizetype> &widths, const Sheet &sheet)
{
    if (sheet.width == 0 || row.isEmpty()) {
        return {lineOf(row, widths, sheet)};
    }
    qsizetype start = 0;
    for (qsizetype column = 0; column + 1 < row.size(); ++column) {
        start += widths.value(column) + gap;
    }
    const TextCell &last = row.last();
    const qsizetype room = sheet.width - start;
    if (last.text.isEmpty() || displayWidth(last.text) <= room) {
        return {lineOf(row, widths, sheet)};
    }
    const bool isBelow = room < leastRoom && row.size() > 1;
    const qsizetype indent = isBelow ? indentBelow : start;
    QStringList lines;
    Row first = row;
    for (const QString &part : wrapped(last.text, sheet.width - indent)) {
        if (lines.isEmpty() && !isBelow) {
            first.last().text = part;
            lines += lineOf(first, widths, sheet);
        } else {
            lines += QString(indent, u' ') + sheet.painted(part, last.tone);
        }
    }
    return isBelow ? QStringList{lineOf(row.first(row.size() - 1), widths, sheet)} + lines : lines;
}

QByteArray Table::toText(const Sheet &sheet) const
{
    QList<qsizetype> widths(m_rows.front().size(), 0);
    for (const Row &row : m_rows) {
        for (qsizetype column = 0; column < std::min(row.size(), widths.size()); ++column) {
            widths[column] = std::max(widths[column], widthOn(sheet, row.at(column).text));
        }
    }
    QByteArray text;
    for (const Row &row : m_rows) {
        for (const QString &line : linesOf(row, widths, sheet)) {
            text += line.toUtf8() + '\n';
        }
    }
    return text;
}

} // namespace sgn::cli
