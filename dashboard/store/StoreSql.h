// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QDateTime>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QVariant>

namespace sgn::store::sql {

// How values look in the store: times as milliseconds UTC, what is absent as NULL.
[[nodiscard]] QVariant fromTime(const QDateTime &time);
[[nodiscard]] QDateTime toTime(const QVariant &value);
[[nodiscard]] QVariant fromInt(std::optional<int> value);
[[nodiscard]] std::optional<int> toInt(const QVariant &value);
// Empty texts are stored as texts, never as NULL.
[[nodiscard]] QVariant fromText(const QString &text);

[[nodiscard]] Error errorOf(const QSqlQuery &query, const QString &doing);
[[nodiscard]] Outcome run(QSqlQuery &query, const QString &doing);
[[nodiscard]] Outcome run(QSqlDatabase &database, const QString &statement);

// A transaction that takes the write lock at its beginning, so that what it reads is still true when it writes. Rolled
// back unless committed.
class Transaction
{
public:
    explicit Transaction(QSqlDatabase &database);
    ~Transaction();
    Transaction(const Transaction &) = delete;
    Transaction &operator=(const Transaction &) = delete;

    [[nodiscard]] Outcome begin();
    [[nodiscard]] Outcome commit();

private:
    QSqlDatabase &m_database;
    bool m_isOpen = false;
};

// Whether Qt can open SQLite files here at all.
[[nodiscard]] bool isDriverInstalled();

// Opens `file` under a connection of its own with the settings all our connections share; a connection belongs to the
// thread that made it. `durable`: a commit survives a power cut, else only the end of the program.
enum class Durability { SurvivesPowerCut, SurvivesKill };
[[nodiscard]] Result<QSqlDatabase> connect(const QString &file, const QString &connection, Durability durability);
void disconnect(QSqlDatabase &database);

} // namespace sgn::store::sql
