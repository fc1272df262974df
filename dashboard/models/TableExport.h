// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QDateTime>
#include <QUrl>

namespace sgn::core {
class Fleet;
}

namespace sgn::models {

class ActivityModel;
class TableFilter;

// What a table shows, as CSV. Of the fleet only the checked rows, if there are any; `now` is UTC.
[[nodiscard]] QByteArray fleetTable(const core::Fleet &fleet, const TableFilter &rows, const QDateTime &now);
[[nodiscard]] QByteArray activityTable(const ActivityModel &activity, const TableFilter &rows);

// With the mark without which a spreadsheet takes UTF-8 for something older. Errors of writeFileAtomically().
[[nodiscard]] Outcome saveTable(const QByteArray &csv, const QUrl &file);

} // namespace sgn::models
