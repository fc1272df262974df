// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Store.h"

#include "core/StoreRows.h"
#include "core/StoreSchema.h"
#include "core/StoreSql.h"
#include "core/StoreWriter.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QFutureWatcher>
#include <QLockFile>
#include <QLoggingCategory>
#include <QtConcurrent>
#include <QUuid>

Q_LOGGING_CATEGORY(lcStore, "sgn.store")

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds collectFor{200};
constexpr std::chrono::seconds retryAfter{5};
constexpr std::chrono::seconds openLockTimeout{30};
constexpr qint64 maxCommandNo = 2147483647;
constexpr qint64 logIdBlock = 64;

QString newConnectionName()
{
    return u"sgn-store-"_s + QUuid::createUuid().toString(QUuid::WithoutBraces);
}

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
Result<QString> setAside(const QString &file)
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

// Takes `count` numbers from a counter; the first of them.
Result<qint64> allocate(QSqlDatabase &database, const QString &counter, qint64 count, qint64 last)
{
    sql::Transaction transaction(database);
    if (Outcome outcome = transaction.begin(); !outcome) {
        return fail(outcome.error());
    }
    QSqlQuery query(database);
    query.prepare(u"SELECT value FROM meta WHERE key=?"_s);
    query.addBindValue(counter);
    if (const Outcome outcome = sql::run(query, u"reading "_s + counter); !outcome) {
        return fail(outcome.error());
    }
    const qint64 number = std::max<qint64>(1, query.next() ? query.value(0).toLongLong() : 1);
    query.finish();
    if (number > last) {
        return fail(ErrorCode::Internal, u"all numbers up to %1 are used up"_s.arg(last));
    }
    query.prepare(u"INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)"_s);
    query.addBindValue(counter);
    query.addBindValue(number + count);
    const Outcome written =
        sql::run(query, u"writing "_s + counter).and_then([&transaction] { return transaction.commit(); });
    if (!written) {
        return fail(written.error());
    }
    return number;
}

} // namespace

Result<std::unique_ptr<Store>> Store::open(const QString &file, const QString &accountJid)
{
    const QFileInfo info(file);
    if (!QDir().mkpath(info.absolutePath())) {
        return fail(ErrorCode::Io, u"cannot make the folder %1 for the store"_s.arg(info.absolutePath()));
    }
    // Two programs that find the same damage must not both set the file aside.
    QLockFile lock(file + u".lock"_s);
    lock.setStaleLockTime(0);
    if (!lock.tryLock(openLockTimeout)) {
        return fail(ErrorCode::Io, u"cannot open the store %1: another program holds %1.lock"_s.arg(file));
    }
    QString warning;
    Result<QSqlDatabase> database = connectChecked(file);
    if (!database && database.error().code == ErrorCode::BadFile) {
        const Result<QString> aside = setAside(file);
        if (!aside) {
            return fail(aside.error());
        }
        warning =
            u"The store %1 was damaged. It was kept as %2 and a new one was made; what devices say from now on and "
            "what the server's archive has is shown."_s.arg(file, *aside);
        qCWarning(lcStore).noquote() << warning << database.error().message;
        database = connectChecked(file);
    }
    if (!database) {
        return fail(database.error());
    }
    if (const Outcome claimed = claim(*database, accountJid); !claimed) {
        sql::disconnect(*database);
        return fail(claimed.error());
    }
    return std::unique_ptr<Store>(new Store(file, *database, warning));
}

Store::Store(QString file, const QSqlDatabase &database, QString warning)
    : m_file(std::move(file))
    , m_database(database)
    , m_warning(std::move(warning))
    , m_sink(std::make_shared<StoreWriter>(m_file, newConnectionName()))
{
    m_writer.setMaxThreadCount(1);
    // The connection belongs to the thread, so the thread has to stay.
    m_writer.setExpiryTimeout(-1);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { write(); });
}

Store::~Store()
{
    write();
    m_writer.start([sink = std::move(m_sink)]() mutable { sink.reset(); });
    m_writer.waitForDone();
    sql::disconnect(m_database);
}

Result<CommandNo> Store::allocateNumber()
{
    const Result<qint64> number = allocate(m_database, u"next_number"_s, 1, maxCommandNo);
    if (!number) {
        return fail(number.error());
    }
    return static_cast<CommandNo>(*number);
}

qint64 Store::newLogId()
{
    if (m_nextLogId == m_endOfLogIds) {
        const Result<qint64> first =
            allocate(m_database, u"next_log_id"_s, logIdBlock, std::numeric_limits<qint64>::max());
        // Without a store there is no later run to collide with.
        m_nextLogId = first.value_or(QDateTime::currentMSecsSinceEpoch() * 1000);
        m_endOfLogIds = m_nextLogId + logIdBlock;
    }
    return m_nextLogId++;
}

void Store::keep(const Device &device)
{
    m_batch.seen.remove(device.jid);
    m_batch.devices.insert(device.jid, device);
    schedule();
}

void Store::keepSeen(const Device &device)
{
    const auto waiting = m_batch.devices.find(device.jid);
    if (waiting == m_batch.devices.end()) {
        m_batch.seen.insert(device.jid, {device.lastSeen, device.lastReport});
    } else {
        waiting->lastSeen = device.lastSeen;
        waiting->lastReport = device.lastReport;
    }
    schedule();
}

void Store::keep(const CommandRecord &record)
{
    m_batch.commands.insert(record.number, record);
    schedule();
}

void Store::keep(CommandNo number, int row, const CommandTarget &target)
{
    m_batch.targets.insert({number, row}, target);
    schedule();
}

void Store::keep(const ActivityEntry &entry)
{
    m_batch.activity += entry;
    schedule();
}

void Store::keep(const LogBundle &bundle)
{
    m_batch.logs.insert(bundle.id, bundle);
    schedule();
}

void Store::removeLogs(qint64 bundleId)
{
    m_batch.logs.remove(bundleId);
    m_batch.removedLogs += bundleId;
    schedule();
}

void Store::keepArchiveId(const QString &id)
{
    m_batch.archiveId = id;
    schedule();
}

void Store::keepNumberSeen(CommandNo number)
{
    m_batch.numberSeen = std::max(m_batch.numberSeen, number);
    schedule();
}

QFuture<Outcome> Store::flush()
{
    return write();
}

void Store::schedule()
{
    // While a batch is being written the next one grows, so a slow disk makes batches larger and not more.
    if (!m_timer.isActive() && !m_isWriting) {
        m_timer.start(m_hasFailed ? std::chrono::milliseconds(retryAfter) : collectFor);
    }
}

QFuture<Outcome> Store::write()
{
    m_timer.stop();
    StoreBatch batch = std::exchange(m_batch, {});
    m_isWriting = true;
    const int serial = ++m_serial;
    const QFuture<Outcome> future = QtConcurrent::run(
        &m_writer, [sink = m_sink, batch] { return batch.isEmpty() ? Outcome{} : sink->write(batch); });
    auto *watcher = new QFutureWatcher<Outcome>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, batch, serial] {
        watcher->deleteLater();
        onWritten(batch, serial, watcher->result());
    });
    watcher->setFuture(future);
    return future;
}

void Store::onWritten(const StoreBatch &batch, int serial, const Outcome &outcome)
{
    if (outcome) {
        m_hasFailed = false;
    } else {
        m_batch.addOlder(batch);
        if (!std::exchange(m_hasFailed, true)) {
            qCWarning(lcStore).noquote() << "cannot write the store:" << outcome.error().message;
            Q_EMIT writingFailed(outcome.error());
        }
    }
    m_isWriting = serial != m_serial;
    if (!m_batch.isEmpty()) {
        schedule();
    }
}

std::vector<Device> Store::devices() const
{
    std::vector<Device> devices;
    QHash<CommandNo, std::shared_ptr<const UpdateTarget>> targets;
    const auto targetOf = [this, &targets](CommandNo number) {
        const auto known = targets.constFind(number);
        if (known != targets.cend()) {
            return *known;
        }
        const std::optional<CommandRecord> record = command(number);
        return *targets.insert(number, record ? rows::updateTarget(*record) : nullptr);
    };
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.exec(
        u"SELECT id, jid, rpi_unique_id, last_seen, last_report, is_modern, conflict_with, foreign_from, facts, "
        "update_no, update_state, update_percent, update_device_state, update_remarks FROM devices ORDER BY id"_s);
    std::vector<qint64> ids;
    while (query.next()) {
        Device device = rows::device(query);
        if (device.update) {
            if (auto target = targetOf(device.update->target->number)) {
                device.update->target = std::move(target);
            }
        }
        ids.push_back(query.value(0).toLongLong());
        devices.push_back(std::move(device));
    }
    query.exec(u"SELECT device_id, name, version, is_dead, state, since, dead_since, restarts_24h, last_exit "
               "FROM processes ORDER BY device_id, position"_s);
    std::size_t at = 0;
    while (query.next()) {
        const qint64 id = query.value(0).toLongLong();
        while (at < ids.size() && ids[at] < id) {
            ++at;
        }
        if (at < ids.size() && ids[at] == id) {
            devices[at].processes += rows::process(query);
        }
    }
    return devices;
}

QList<CommandRecord> Store::commands(int limit) const
{
    QList<CommandRecord> records;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(
        u"SELECT number, body, created, requested_by, title, counts, is_own FROM commands ORDER BY number DESC LIMIT ?"_s);
    query.addBindValue(limit);
    query.exec();
    while (query.next()) {
        if (CommandRecord record = rows::command(query); record.number != 0) {
            records += std::move(record);
        }
    }
    return records;
}

std::optional<CommandRecord> Store::command(CommandNo number) const
{
    QSqlQuery query(m_database);
    query.prepare(u"SELECT number, body, created, requested_by, title, counts, is_own FROM commands WHERE number=?"_s);
    query.addBindValue(static_cast<qint64>(number));
    if (!query.exec() || !query.next()) {
        return std::nullopt;
    }
    CommandRecord record = rows::command(query);
    return record.number == 0 ? std::nullopt : std::optional(std::move(record));
}

QList<CommandTarget> Store::targets(CommandNo number) const
{
    QList<CommandTarget> targets;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(u"SELECT number, jid, position, state, percent, device_state, remarks, error, attempts, sent, heard, "
                  "finished, log FROM command_targets WHERE number=? ORDER BY position, jid"_s);
    query.addBindValue(static_cast<qint64>(number));
    query.exec();
    while (query.next()) {
        targets += rows::target(query);
    }
    return targets;
}

QList<CommandNo> Store::openCommands() const
{
    QList<CommandNo> numbers;
    QSqlQuery query(m_database);
    query.exec(u"SELECT DISTINCT number FROM command_targets WHERE finished IS NULL ORDER BY number"_s);
    while (query.next()) {
        numbers += static_cast<CommandNo>(query.value(0).toLongLong());
    }
    return numbers;
}

QList<LogBundle> Store::logBundles() const
{
    QList<LogBundle> bundles;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.exec(
        u"SELECT id, jid, number, state, requested, finished, received, size, folder, remarks FROM logs ORDER BY id"_s);
    while (query.next()) {
        bundles += rows::logBundle(query);
    }
    return bundles;
}

QList<ActivityEntry> Store::activity(const ActivityFilter &filter) const
{
    QString statement = u"SELECT id, at, kind, jid, number, subject, detail FROM activity WHERE 1"_s;
    QVariantList values;
    const auto where = [&statement, &values](const QString &condition, const QVariant &value) {
        statement += u" AND "_s + condition;
        values += value;
    };
    if (!filter.jid.isEmpty()) {
        // A command to many devices is one line of the whole fleet.
        where(u"(jid=? OR (jid='' AND number>0 AND number IN (SELECT number FROM command_targets WHERE jid=?)))"_s,
              filter.jid);
        values += filter.jid;
    }
    if (filter.number > 0) {
        where(u"number=? AND number>0"_s, static_cast<qint64>(filter.number));
    }
    if (filter.beforeId > 0) {
        where(u"id<?"_s, filter.beforeId);
    }
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(statement + u" ORDER BY id DESC LIMIT ?"_s);
    for (const QVariant &value : values) {
        query.addBindValue(value);
    }
    query.addBindValue(filter.limit);
    query.exec();
    QList<ActivityEntry> entries;
    while (query.next()) {
        entries += rows::activity(query);
    }
    return entries;
}

QString Store::archiveId() const
{
    QSqlQuery query(m_database);
    query.exec(u"SELECT value FROM meta WHERE key='archive_id'"_s);
    return query.next() ? query.value(0).toString() : QString();
}

} // namespace sgn
