// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QSqlDatabase>

namespace sgn::store {

// The schema step from 7 to 8: what a device reports becomes one value (ReportBlob.h), before it was JSON in
// devices.facts and rows of `processes`. Inside the caller's transaction.
[[nodiscard]] Outcome foldReports(QSqlDatabase &database);

} // namespace sgn::store
