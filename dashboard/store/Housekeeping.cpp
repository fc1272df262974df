// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/Housekeeping.h"

#include "store/StoreFile.h"
#include "store/StorePruner.h"
#include "store/StoreSchema.h"
#include "store/StoreSql.h"

#include <memory>
#include <QFile>
#include <QLoggingCategory>
#include <thread>

Q_LOGGING_CATEGORY(lcHouse, "sgn.store")

namespace sgn::store {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::hours onceIn{24};
// Between two slices, so that a program that waits to write gets its turn: SQLite's lock knows no queue.
constexpr auto pause = 20ms;

const QString prunedKey = u"pruned"_s;
const QString checkedKey = u"checked"_s;

// Beside the store and no row of it: what is damaged isn't written to.
QString markOf(const QString &file)
{
    return file + u".check"_s;
}

class OwnConnection
{
public:
    static Result<std::unique_ptr<OwnConnection>> open(const QString &file)
    {
        Result<QSqlDatabase> database = sql::connect(file, newConnectionName(), sql::Durability::SurvivesKill);
        if (!database) {
            return fail(std::move(database).error());
        }
        return std::make_unique<OwnConnection>(*std::move(database));
    }

    explicit OwnConnection(const QSqlDatabase &database)
        : m_database(database)
    {}
    ~OwnConnection() { sql::disconnect(m_database); }
    OwnConnection(const OwnConnection &) = delete;
    OwnConnection &operator=(const OwnConnection &) = delete;

    QSqlDatabase &database() { return m_database; }

private:
    QSqlDatabase m_database;
};

Result<bool> isDue(QSqlDatabase &database, const QString &key, const QDateTime &now)
{
    QSqlQuery query(database);
    query.prepare(u"SELECT value FROM meta WHERE key=?"_s);
    query.addBindValue(key);
    if (Outcome outcome = sql::run(query, u"reading "_s + key); !outcome) {
        return fail(std::move(outcome).error());
    }
    const QDateTime last = query.next() ? sql::toTime(query.value(0)) : QDateTime();
    // One in the future was written under a wrong clock.
    return !last.isValid() || last > now || last.addDuration(onceIn) <= now;
}

Outcome note(QSqlDatabase &database, const QString &key, const QDateTime &now)
{
    QSqlQuery query(database);
    query.prepare(u"INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)"_s);
    query.addBindValue(key);
    query.addBindValue(sql::fromTime(now));
    return sql::run(query, u"keeping "_s + key);
}

Outcome prune(QSqlDatabase &database, const Retention &retention, const QDateTime &now, const std::stop_token &stop)
{
    StorePruner pruner(database, retention, now);
    Result<bool> more = true;
    while (more && *more) {
        if (stop.stop_requested()) {
            return {};
        }
        more = pruner.removeSlice();
        std::this_thread::sleep_for(pause);
    }
    return more ? note(database, prunedKey, now) : Outcome(fail(more.error()));
}

records::Expected<> check(QSqlDatabase &database, const QDateTime &now, const std::stop_token &stop)
{
    const Result<QStringList> tables = tablesOf(database);
    if (!tables) {
        return fail(tables.error());
    }
    for (const QString &table : *tables) {
        if (stop.stop_requested()) {
            return {};
        }
        if (records::Expected<> sound = checkTable(database, table); !sound) {
            return sound;
        }
    }
    if (const Outcome noted = note(database, checkedKey, now); !noted) {
        return fail(noted.error());
    }
    return {};
}

records::Expected<> keep(const QString &file, const Retention &retention, Thoroughness thoroughness,
                         const QDateTime &now, const std::stop_token &stop)
{
    const Result<std::unique_ptr<OwnConnection>> connection = OwnConnection::open(file);
    if (!connection) {
        return fail(connection.error());
    }
    QSqlDatabase &database = (*connection)->database();
    const Result<bool> isPruningDue = isDue(database, prunedKey, now);
    if (!isPruningDue) {
        return fail(isPruningDue.error());
    }
    if (*isPruningDue) {
        if (const Outcome pruned = prune(database, retention, now, stop); !pruned) {
            return fail(pruned.error());
        }
    }
    if (thoroughness == Thoroughness::Prune || !isDue(database, checkedKey, now).value_or(true)) {
        return {};
    }
    return check(database, now, stop);
}

} // namespace

records::Expected<> keepHouse(const QString &file, const Retention &retention, Thoroughness thoroughness,
                              const QDateTime &now, const std::stop_token &stop)
{
    records::Expected<> outcome = keep(file, retention, thoroughness, now, stop);
    if (!outcome && outcome.error().error == ErrorCode::BadFile) {
        noteDamage(file);
    }
    return outcome;
}

bool isKnownAsDamaged(const QString &file)
{
    return QFile::exists(markOf(file));
}

void noteDamage(const QString &file)
{
    QFile mark(markOf(file));
    if (!mark.open(QIODevice::WriteOnly)) {
        qCWarning(lcHouse).noquote() << "cannot make" << mark.fileName() << mark.errorString();
    }
}

void forgetDamage(const QString &file)
{
    QFile::remove(markOf(file));
}

} // namespace sgn::store
