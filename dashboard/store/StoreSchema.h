// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"

#include <QSqlDatabase>

namespace sgn::store {

// The shape of the store's tables. Each step leads from one version to the next; a step that was released is never
// changed.
[[nodiscard]] int storeSchemaVersion();

// Brings the tables to the present version, all steps in one transaction. Refused when a newer program made the file.
[[nodiscard]] records::Expected<> migrateStore(QSqlDatabase &database);

// BadFile when SQLite finds the file damaged.
[[nodiscard]] records::Expected<> checkStore(QSqlDatabase &database);

} // namespace sgn::store
