// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Activity.h"

#include <QByteArray>
#include <QList>
#include <QStringList>

namespace sgn::core {

class Fleet;

// RFC 4180 lines in UTF-8, ended by CR LF. A field that a spreadsheet would run as a formula (begins with = + - @, tab
// or CR) gets an apostrophe in front, because every word in it may be a stranger's.
[[nodiscard]] QByteArray csvLine(const QStringList &fields);

// The fleet's table with one column per process; `rows` are indices, in the order wanted.
[[nodiscard]] QByteArray fleetCsv(const Fleet &fleet, const QList<int> &rows);
[[nodiscard]] QByteArray activityCsv(const QList<records::ActivityEntry> &entries);

} // namespace sgn::core
