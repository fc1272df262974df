// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QList>
#include <QStringList>

namespace sgn {

// One row of a table in CSV (RFC 4180), as spreadsheets write it.
struct CsvRow
{
    int line = 0;       // of the text, counted from 1, in which it begins
    QStringList fields; // without blanks around those that aren't quoted
    QString problem;    // why it can't be read, a sentence without its subject; empty: it can

    friend bool operator==(const CsvRow &, const CsvRow &) = default;
};

// The rows of a text, those left out whose fields are all empty. The separator is that of ',', ';' and tab which the
// first line has most of, or what "sep=" names in it. UTF-8 or UTF-16 by a byte order mark, UTF-8 without one; what
// isn't valid as such is taken as Windows-1252, which older spreadsheets write. A row that can't be read costs no other
// one.
// BadFile: it is no text, or has more rows than a fleet has devices. Pure.
[[nodiscard]] Result<QList<CsvRow>> readCsv(const QByteArray &bytes);

// One line of CSV, with its end.
[[nodiscard]] QByteArray csvLine(const QStringList &fields);

} // namespace sgn
