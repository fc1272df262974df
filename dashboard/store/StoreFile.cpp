// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/StoreFile.h"

#include "store/Housekeeping.h"
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
using records::FactCode;

Q_LOGGING_CATEGORY(lcStoreFile, "sgn.store")

namespace {

constexpr std::chrono::seconds openLockTimeout{30};

records::Expected<QSqlDatabase> connectChecked(const QString &file)
{
    if (!sql::isDriverInstalled()) {
        return fail(ErrorCode::Internal, FactCode::NoSqlDriver);
    }
    Result<QSqlDatabase> database = sql::connect(file, newConnectionName(), sql::Durability::SurvivesPowerCut);
    if (!database) {
        return fail(database.error());
    }
    const records::Expected<> sound =
        checkStore(*database, isKnownAsDamaged(file)).and_then([&database] { return migrateStore(*database); });
    if (!sound) {
        sql::disconnect(*database);
        return fail(sound.error());
    }
    return *database;
}

// The file and what SQLite keeps beside it.
records::Expected<QString> quarantine(const QString &file)
{
    const QString stamp = QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd-HHmmss"_s);
    QString target = u"%1.damaged-%2"_s.arg(file, stamp);
    for (int n = 2; QFile::exists(target); ++n) {
        target = u"%1.damaged-%2-%3"_s.arg(file, stamp).arg(n);
    }
    if (!QFile::rename(file, target)) {
        return fail(ErrorCode::Io, FactCode::StoreNotQuarantined, {file, target});
    }
    for (const QString &suffix : {u"-wal"_s, u"-shm"_s}) {
        QFile::rename(file + suffix, target + suffix);
    }
    return target;
}

records::Expected<> claim(QSqlDatabase &database, const QString &account)
{
    QSqlQuery query(database);
    query.prepare(u"INSERT OR IGNORE INTO meta(key, value) VALUES('account', ?)"_s);
    query.addBindValue(account);
    if (Outcome outcome = sql::run(query, u"writing the account"_s); !outcome) {
        return fail(outcome.error());
    }
    query.prepare(u"SELECT value FROM meta WHERE key='account'"_s);
    if (Outcome outcome = sql::run(query, u"reading the account"_s); !outcome) {
        return fail(outcome.error());
    }
    const QString owner = query.next() ? query.value(0).toString() : QString();
    if (owner != account) {
        return fail(ErrorCode::Refused, FactCode::StoreOfOther, {owner, account});
    }
    return {};
}

} // namespace

QString newConnectionName()
{
    return u"sgn-store-"_s + QUuid::createUuid().toString(QUuid::WithoutBraces);
}

records::Expected<OpenedStore> openStoreFile(const QString &file, const QString &accountJid)
{
    const QFileInfo info(file);
    if (!QDir().mkpath(info.absolutePath())) {
        return fail(ErrorCode::Io, FactCode::StoreFolder, {info.absolutePath()});
    }
    // Two programs that find the same damage must not both quarantine it.
    QLockFile lock(file + u".lock"_s);
    lock.setStaleLockTime(0);
    if (!lock.tryLock(openLockTimeout)) {
        return fail(ErrorCode::Io, FactCode::StoreLocked, {file});
    }
    std::optional<records::Problem> warning;
    records::Expected<QSqlDatabase> database = connectChecked(file);
    if (!database && database.error().error == ErrorCode::BadFile) {
        const records::Expected<QString> target = quarantine(file);
        if (!target) {
            return fail(target.error());
        }
        qCWarning(lcStoreFile).noquote() << "damaged store quarantined:" << *target << database.error().text;
        warning = records::Problem(ErrorCode::BadFile, FactCode::StoreReplaced, {file, *target});
        database = connectChecked(file);
    }
    if (!database) {
        return fail(database.error());
    }
    forgetDamage(file);
    if (const records::Expected<> claimed = claim(*database, accountJid); !claimed) {
        sql::disconnect(*database);
        return fail(claimed.error());
    }
    return OpenedStore{*database, warning};
}

} // namespace sgn::store
