// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>

namespace sgn::cli {

// What comes from a device and goes to a terminal: control characters and line breaks can't do anything there any more.
[[nodiscard]] QString plain(const QString &text);

// "a, b, c, d, e and 4 more".
[[nodiscard]] QString someOf(const QStringList &names);

// Columns aligned with spaces, the last one ragged. UTF-8, each line ended by a line feed.
class Table
{
public:
    explicit Table(QStringList titles);

    void add(const QStringList &cells);
    [[nodiscard]] bool isEmpty() const { return m_rows.isEmpty(); }
    [[nodiscard]] QByteArray toText() const;

private:
    QList<QStringList> m_rows; // the titles first
};

} // namespace sgn::cli
