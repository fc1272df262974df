// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/StoreSql.h"

#include <QSqlError>

namespace sgn::store::sql {

using namespace Qt::StringLiterals;

namespace {

const QString driver = u"QSQLITE"_s;
// Another program of ours holds the lock for a short transaction only.
constexpr auto connectOptions = "QSQLITE_BUSY_TIMEOUT=10000"_L1;
constexpr auto codeCorrupt = "11"_L1;
constexpr auto codeNotADatabase = "26"_L1;
constexpr auto codeFull = "13"_L1;

Error toError(const QSqlError &error, const QString &doing)
{
    const QString code = error.nativeErrorCode();
    // Extended codes have the plain one in their low byte.
    const int plain = code.toInt() & 0xff;
    ErrorCode kind = ErrorCode::Io;
    if (plain == codeCorrupt.toInt() || plain == codeNotADatabase.toInt()) {
        kind = ErrorCode::BadFile;
    } else if (plain == codeFull.toInt()) {
        kind = ErrorCode::NoSpace;
    }
    const QString why = error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
    return {kind, u"%1: %2"_s.arg(doing, why)};
}

} // namespace

QVariant fromTime(const QDateTime &time)
{
    return time.isValid() ? QVariant(time.toMSecsSinceEpoch()) : QVariant();
}

QDateTime toTime(const QVariant &value)
{
    return value.isNull() ? QDateTime() : QDateTime::fromMSecsSinceEpoch(value.toLongLong(), Qt::UTC);
}

QVariant fromInt(std::optional<int> value)
{
    return value ? QVariant(*value) : QVariant();
}

std::optional<int> toInt(const QVariant &value)
{
    return value.isNull() ? std::nullopt : std::optional(value.toInt());
}

QVariant fromText(const QString &text)
{
    return text.isNull() ? u""_s : text;
}

Error errorOf(const QSqlQuery &query, const QString &doing)
{
    return toError(query.lastError(), doing);
}

Outcome run(QSqlQuery &query, const QString &doing)
{
    if (!query.exec()) {
        return fail(errorOf(query, doing));
    }
    return {};
}

Outcome run(QSqlDatabase &database, const QString &statement)
{
    QSqlQuery query(database);
    if (!query.exec(statement)) {
        return fail(errorOf(query, statement.section(u'(', 0, 0).simplified().left(60)));
    }
    return {};
}

Transaction::Transaction(QSqlDatabase &database)
    : m_database(database)
{}

Transaction::~Transaction()
{
    if (m_isOpen) {
        QSqlQuery(m_database).exec(u"ROLLBACK"_s);
    }
}

Outcome Transaction::begin()
{
    const Outcome outcome = run(m_database, u"BEGIN IMMEDIATE"_s);
    m_isOpen = outcome.has_value();
    return outcome;
}

Outcome Transaction::commit()
{
    const Outcome outcome = run(m_database, u"COMMIT"_s);
    if (outcome) {
        m_isOpen = false;
    }
    return outcome;
}

bool isDriverInstalled()
{
    return QSqlDatabase::isDriverAvailable(driver);
}

Result<QSqlDatabase> connect(const QString &file, const QString &connection, Durability durability)
{
    QSqlDatabase database = QSqlDatabase::addDatabase(driver, connection);
    database.setDatabaseName(file);
    database.setConnectOptions(connectOptions);
    if (!database.open()) {
        const Error error = toError(database.lastError(), u"cannot open the store %1"_s.arg(file));
        disconnect(database);
        return fail(error);
    }
    const QString synchronous = durability == Durability::SurvivesPowerCut ? u"FULL"_s : u"NORMAL"_s;
    for (const QString &pragma :
         {u"PRAGMA journal_mode=WAL"_s, u"PRAGMA foreign_keys=ON"_s, u"PRAGMA synchronous="_s + synchronous}) {
        if (Outcome outcome = run(database, pragma); !outcome) {
            disconnect(database);
            return fail(std::move(outcome).error().withContext(u"cannot open the store %1"_s.arg(file)));
        }
    }
    return database;
}

void disconnect(QSqlDatabase &database)
{
    const QString connection = database.connectionName();
    database.close();
    database = QSqlDatabase();
    QSqlDatabase::removeDatabase(connection);
}

} // namespace sgn::store::sql
