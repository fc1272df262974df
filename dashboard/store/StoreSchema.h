// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "records/Problem.h"

#include <QSqlDatabase>
#include <QStringList>

namespace sgn::store {

// The shape of the store's tables. Each step leads from one version to the next; a step that was released is never
// changed.
[[nodiscard]] int storeSchemaVersion();

// Brings the tables to the present version, all steps in one transaction. Refused when a newer program made the file.
[[nodiscard]] records::Expected<> migrateStore(QSqlDatabase &database);

// Reads every page of a table and its indexes. BadFile: the table is damaged.
[[nodiscard]] records::Expected<> checkTable(QSqlDatabase &database, const QString &table);
// The tables there are, in any version. BadFile: the file is no database.
[[nodiscard]] Result<QStringList> tablesOf(QSqlDatabase &database);
// Before the first reading: all tables but the two that grow with the years, where the file has the present version;
// else, or where `isSuspect`, all of them. BadFile: the file is damaged.
[[nodiscard]] records::Expected<> checkStore(QSqlDatabase &database, bool isSuspect);

} // namespace sgn::store
