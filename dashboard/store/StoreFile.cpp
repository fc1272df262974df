// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/StoreFile.h"

#include "store/StoreSchema.h"
#include "store/StoreSql.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QLoggingCategory>
#include <QUuid>

namespace sgn::store {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcStoreFile, "sgn.store")

namespace {

constexpr std::chrono::seconds openLockTimeout{30};

Result<QSqlDatabase> connectChecked(const QString &file)
{
    Result<QSqlDatabase> database = sql::connect(file, newConnectionName(), sql::Durability::SurvivesPowerCut);
    if (!database) {
        return database;
    }
    const Outcome sound = checkStore(*database).and_then([&database] { return migrateStore(*database); });
    if (!sound) {
        sql::disconnect(*database);
        return fail(sound.error());
    }
    return database;
}

// The file and what SQLite keeps beside it.
Result<QString> quarantine(const QString &file)
{
    const QString stamp = QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd-HHmmss"_s);
    QString target = u"%1.damaged-%2"_s.arg(file, stamp);
    for (int n = 2; QFile::exists(target); ++n) {
        target = u"%1.damaged-%2-%3"_s.arg(file, stamp).arg(n);
    }
    if (!QFile::rename(file, target)) {
        return fail(ErrorCode::Io, u"the store %1 is damaged and can't be renamed to %2"_s.arg(file, target));
    }
    for (const QString &suffix : {u"-wal"_s, u"-shm"_s}) {
        QFile::rename(file + suffix, target + suffix);
    }
    return target;
}

Outcome claim(QSqlDatabase &database, const QString &account)
{
    QSqlQuery query(database);
    query.prepare(u"INSERT OR IGNORE INTO meta(key, value) VALUES('account', ?)"_s);
    query.addBindValue(account);
    if (Outcome outcome = sql::run(query, u"noting the account"_s); !outcome) {
        return outcome;
    }
    query.prepare(u"SELECT value FROM meta WHERE key='account'"_s);
    if (Outcome outcome = sql::run(query, u"reading the account"_s); !outcome) {
        return outcome;
    }
    const QString owner = query.next() ? query.value(0).toString() : QString();
    if (owner != account) {
        return fail(ErrorCode::Refused,
                    u"the store belongs to %1, not to %2; choose another store file"_s.arg(owner, account));
    }
    return {};
}

} // namespace

QString newConnectionName()
{
    return u"sgn-store-"_s + QUuid::createUuid().toString(QUuid::WithoutBraces);
}

Result<OpenedStore> openStoreFile(const QString &file, const QString &accountJid)
{
    const QFileInfo info(file);
    if (!QDir().mkpath(info.absolutePath())) {
        return fail(ErrorCode::Io, u"cannot make the folder %1 for the store"_s.arg(info.absolutePath()));
    }
    // Two programs that find the same damage must not both quarantine it.
    QLockFile lock(file + u".lock"_s);
    lock.setStaleLockTime(0);
    if (!lock.tryLock(openLockTimeout)) {
        return fail(ErrorCode::Io, u"cannot open the store %1: another program holds %1.lock"_s.arg(file));
    }
    QString warning;
    Result<QSqlDatabase> database = connectChecked(file);
    if (!database && database.error().code == ErrorCode::BadFile) {
        const Result<QString> moved = quarantine(file);
        if (!moved) {
            return fail(moved.error());
        }
        warning =
            u"The store %1 was damaged. It was kept as %2 and a new one was made; what devices say from now on and "
            "what the server's archive has is shown."_s.arg(file, *moved);
        qCWarning(lcStoreFile).noquote() << warning << database.error().message;
        database = connectChecked(file);
    }
    if (!database) {
        return fail(database.error());
    }
    if (const Outcome claimed = claim(*database, accountJid); !claimed) {
        sql::disconnect(*database);
        return fail(claimed.error());
    }
    return OpenedStore{*database, warning};
}

} // namespace sgn::store
