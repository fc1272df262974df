// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QSqlDatabase>

namespace sgn::store {

// The shape of the store's tables. Each step leads from one version to the next; a step that was released is never
// changed.
[[nodiscard]] int storeSchemaVersion();

// Brings the tables to the present version, all steps in one transaction. Refused when a newer program made the file.
[[nodiscard]] Outcome migrateStore(QSqlDatabase &database);

// BadFile when SQLite finds the file damaged.
[[nodiscard]] Outcome checkStore(QSqlDatabase &database);

} // namespace sgn::store
