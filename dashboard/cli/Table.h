// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Sheet.h"

#include <QByteArray>
#include <QStringList>

namespace sgn::cli {

// What comes from a device and goes to a terminal: control characters and line breaks can't do anything there any more.
[[nodiscard]] QString plain(const QString &text);

// "a, b, c, d, e and 4 more".
[[nodiscard]] QString someOf(const QStringList &names);

// Implicit from its text, which most cells are alone.
struct TextCell
{
    TextCell(QString text, Tone tone = Tone::Plain)
        : text(std::move(text))
        , tone(tone)
    {}

    QString text;
    Tone tone;
};

// Columns aligned with spaces, the last one ragged. UTF-8, each line ended by a line feed.
class Table
{
public:
    explicit Table(const QStringList &titles);

    void add(const QList<TextCell> &cells);
    [[nodiscard]] bool isEmpty() const { return m_rows.isEmpty(); }
    // On a sheet with a width the texts of the last column are broken into lines that begin where the column does, or,
    // if it begins too far right, in lines of their own below the row.
    [[nodiscard]] QByteArray toText(const Sheet &sheet = {}) const;

private:
    using Row = QList<TextCell>;

    [[nodiscard]] static QString lineOf(const Row &cells, const QList<qsizetype> &widths, const Sheet &sheet);
    [[nodiscard]] static QStringList linesOf(const Row &row, const QList<qsizetype> &widths, const Sheet &sheet);

    QList<Row> m_rows; // the titles first
};

} // namespace sgn::cli
