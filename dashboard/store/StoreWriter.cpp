// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/StoreWriter.h"

#include "store/OtherWriters.h"
#include "store/StoreRows.h"
#include "store/StoreSql.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace sgn::store {

using namespace Qt::StringLiterals;

namespace {

// As they lie in the file: the rows of a fleet are spread over more pages than a transaction should write.
std::vector<const KeptDevice *> inOrder(const QHash<QString, KeptDevice> &devices)
{
    std::vector<const KeptDevice *> sorted;
    sorted.reserve(static_cast<std::size_t>(devices.size()));
    for (const KeptDevice &kept : devices) {
        sorted.push_back(&kept);
    }
    std::ranges::sort(sorted, {}, [](const KeptDevice *kept) -> const QString & { return kept->device.jid; });
    return sorted;
}

// As they lie in the index of devices, for the same reason. Those of a device stay in their order.
std::vector<const records::ActivityEntry *> inOrder(const QList<records::ActivityEntry> &activity)
{
    std::vector<const records::ActivityEntry *> sorted;
    sorted.reserve(static_cast<std::size_t>(activity.size()));
    for (const records::ActivityEntry &entry : activity) {
        sorted.push_back(&entry);
    }
    std::ranges::stable_sort(sorted, {}, &records::ActivityEntry::jid);
    return sorted;
}

} // namespace

// Prepared once per connection.
class StoreWriter::Statements
{
public:
    explicit Statements(const QSqlDatabase &database)
        : m_database(database)
        , m_others(database)
    {}

    // Before the first statement of a transaction.
    Outcome begin() { return m_others.look(QDateTime::currentDateTimeUtc()); }
    // A part of a batch may have been written; all of it comes again.
    void forgetOthers() { m_others = OtherWriters(m_database); }
    Outcome write(const KeptDevice &kept);
    Outcome write(const QString &jid, const DeviceSeen &seen);
    Outcome retire(const QString &jid, const QDateTime &at);
    Outcome write(const records::Newcomer &newcomer);
    Outcome removeNewcomer(const QString &jid);
    Outcome writeShared(int chunk, const QByteArray &content);
    Outcome writeItem(const QString &node, const QString &id, const QByteArray &content);
    Outcome write(const records::IssuedCommand &record);
    Outcome write(CommandNo number, int row, const records::CommandTarget &target);
    Outcome write(const records::ActivityEntry &entry);
    Outcome write(const records::LogDelivery &delivery);
    Outcome removeLogs(qint64 id);
    Outcome setMeta(const QString &key, const QVariant &value);
    Outcome cleanActivity();

private:
    QSqlQuery &prepared(QLatin1StringView statement);
    Outcome writeDevice(const records::Device &device);
    Outcome writeReport(const records::Device &device);

    QSqlDatabase m_database;
    OtherWriters m_others;
    // By the address of the literal.
    QHash<const char *, std::shared_ptr<QSqlQuery>> m_queries;
};

QSqlQuery &StoreWriter::Statements::prepared(QLatin1StringView statement)
{
    std::shared_ptr<QSqlQuery> &query = m_queries[statement.data()];
    if (!query) {
        query = std::make_shared<QSqlQuery>(m_database);
        query->setForwardOnly(true);
        query->prepare(statement);
    }
    return *query;
}

Outcome StoreWriter::Statements::write(const KeptDevice &kept)
{
    return kept.isReportOnly ? writeReport(kept.device) : writeDevice(kept.device);
}

Outcome StoreWriter::Statements::writeDevice(const records::Device &device)
{
    QSqlQuery &query = prepared(
        "INSERT INTO devices(jid, rpi_unique_id, last_seen, last_report, is_modern, conflict_with, foreign_from, "
        "report, "
        "update_no, update_state, update_percent, update_device_state, update_remarks, update_facts, unreadable, "
        "is_contact, label, tags) "
        "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(jid) DO UPDATE SET "
        "rpi_unique_id=excluded.rpi_unique_id, "
        "last_seen=excluded.last_seen, last_report=excluded.last_report, is_modern=excluded.is_modern, "
        "conflict_with=excluded.conflict_with, foreign_from=excluded.foreign_from, report=excluded.report, "
        "update_no=excluded.update_no, update_state=excluded.update_state, update_percent=excluded.update_percent, "
        "update_device_state=excluded.update_device_state, update_remarks=excluded.update_remarks, "
        "update_facts=excluded.update_facts, unreadable=excluded.unreadable, "
        "is_contact=excluded.is_contact, label=excluded.label, tags=excluded.tags, retired=NULL"_L1);
    rows::bind(query, device);
    return sql::run(query, u"keeping a device"_s);
}

Outcome StoreWriter::Statements::writeReport(const records::Device &device)
{
    QSqlQuery &query = prepared("UPDATE devices SET last_seen=?, last_report=?, is_modern=?, report=? WHERE jid=?"_L1);
    rows::bindReport(query, device);
    return sql::run(query, u"keeping a report"_s);
}

Outcome StoreWriter::Statements::write(const QString &jid, const DeviceSeen &seen)
{
    QSqlQuery &query = prepared("UPDATE devices SET last_seen=?, last_report=? WHERE jid=?"_L1);
    query.bindValue(0, sql::fromTime(seen.lastSeen));
    query.bindValue(1, sql::fromTime(seen.lastReport));
    query.bindValue(2, jid);
    return sql::run(query, u"keeping when a device was seen"_s);
}

Outcome StoreWriter::Statements::retire(const QString &jid, const QDateTime &at)
{
    QSqlQuery &query = prepared("UPDATE devices SET retired=?, is_contact=0 WHERE jid=?"_L1);
    query.bindValue(0, sql::fromTime(at));
    query.bindValue(1, jid);
    return sql::run(query, u"keeping that a device was retired"_s);
}

Outcome StoreWriter::Statements::write(const records::Newcomer &newcomer)
{
    QSqlQuery &query = prepared("INSERT OR REPLACE INTO newcomers(jid, first_seen, last_seen, is_asking, claimed_id, "
                                "message, retired) VALUES(?,?,?,?,?,?,?)"_L1);
    rows::bind(query, newcomer);
    return sql::run(query, u"keeping a newcomer"_s);
}

Outcome StoreWriter::Statements::removeNewcomer(const QString &jid)
{
    QSqlQuery &query = prepared("DELETE FROM newcomers WHERE jid=?"_L1);
    query.bindValue(0, jid);
    return sql::run(query, u"removing a newcomer"_s);
}

Outcome StoreWriter::Statements::writeShared(int chunk, const QByteArray &content)
{
    QSqlQuery &query = prepared("INSERT OR REPLACE INTO shared(chunk, content) VALUES(?,?)"_L1);
    query.bindValue(0, chunk);
    query.bindValue(1, QString::fromUtf8(content));
    return sql::run(query, u"keeping what the desks share"_s);
}

Outcome StoreWriter::Statements::writeItem(const QString &node, const QString &id, const QByteArray &content)
{
    QSqlQuery &query = prepared("INSERT OR REPLACE INTO items(node, id, content, at) VALUES(?,?,?,?)"_L1);
    query.bindValue(0, node);
    query.bindValue(1, id);
    query.bindValue(2, QString::fromUtf8(content));
    query.bindValue(3, sql::fromTime(QDateTime::currentDateTimeUtc()));
    return sql::run(query, u"keeping an item of "_s + node);
}

Outcome StoreWriter::Statements::write(const records::IssuedCommand &record)
{
    QSqlQuery &query = prepared("INSERT INTO commands(number, body, created, requested_by, title, counts, is_own) "
                                "VALUES(?,?,?,?,?,?,?) ON CONFLICT(number) DO UPDATE SET counts=excluded.counts"_L1);
    rows::bind(query, record);
    return sql::run(query, u"keeping a command"_s);
}

Outcome StoreWriter::Statements::write(CommandNo number, int row, const records::CommandTarget &target)
{
    // Another program of the same account may know the end already; what is finished stays finished. It may also have
    // removed the whole command, as too old.
    QSqlQuery &query = prepared(
        "INSERT INTO command_targets(number, jid, position, state, percent, device_state, remarks, error, attempts, "
        "sent, replied, finished, log, facts, first_sent) "
        "SELECT * FROM (SELECT ? AS wanted,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
        "WHERE EXISTS(SELECT 1 FROM commands WHERE commands.number=wanted) ON CONFLICT(number, jid) DO UPDATE SET "
        "state=excluded.state, "
        "percent=excluded.percent, device_state=excluded.device_state, remarks=excluded.remarks, error=excluded.error, "
        "attempts=max(attempts, excluded.attempts), sent=excluded.sent, replied=excluded.replied, "
        "finished=excluded.finished, log=excluded.log, facts=excluded.facts, "
        "first_sent=ifnull(first_sent, excluded.first_sent) "
        "WHERE command_targets.finished IS NULL OR excluded.finished IS NOT NULL"_L1);
    rows::bind(query, number, row, target);
    return sql::run(query, u"keeping a command's target"_s);
}

Outcome StoreWriter::Statements::write(const records::ActivityEntry &entry)
{
    static_assert(OtherWriters::sameEvent == std::chrono::milliseconds(2000), "as in the statement");
    QSqlQuery &query =
        m_others.mayHaveWritten(entry.at)
            ? prepared("INSERT INTO activity(at, kind, jid, number, subject, detail, facts) SELECT * FROM (SELECT ? AS "
                       "at, ? AS kind, ? AS jid, ? AS number, ? AS subject, ? AS detail, ? AS facts) AS line WHERE NOT "
                       "EXISTS(SELECT 1 FROM activity AS known WHERE abs(known.at-line.at)<2000 AND "
                       "known.kind=line.kind AND known.jid=line.jid AND known.number=line.number AND "
                       "known.subject=line.subject AND known.detail=line.detail AND known.facts=line.facts AND "
                       "known.id>(SELECT ifnull(max(id), 0)-1000 FROM activity))"_L1)
            : prepared("INSERT INTO activity(at, kind, jid, number, subject, detail, facts) "
                       "VALUES(?,?,?,?,?,?,?)"_L1);
    rows::bind(query, entry);
    return sql::run(query, u"keeping the timeline"_s);
}

Outcome StoreWriter::Statements::write(const records::LogDelivery &delivery)
{
    QSqlQuery &query = prepared("INSERT OR REPLACE INTO logs(id, jid, number, state, requested, finished, received, "
                                "size, folder, remarks, facts) VALUES(?,?,?,?,?,?,?,?,?,?,?)"_L1);
    rows::bind(query, delivery);
    return sql::run(query, u"keeping logs"_s);
}

Outcome StoreWriter::Statements::removeLogs(qint64 id)
{
    QSqlQuery &query = prepared("DELETE FROM logs WHERE id=?"_L1);
    query.bindValue(0, id);
    return sql::run(query, u"removing logs"_s);
}

Outcome StoreWriter::Statements::setMeta(const QString &key, const QVariant &value)
{
    QSqlQuery &query = prepared("INSERT OR REPLACE INTO meta(key, value) VALUES(?,?)"_L1);
    query.bindValue(0, key);
    query.bindValue(1, value);
    return sql::run(query, u"keeping "_s + key);
}

Outcome StoreWriter::Statements::cleanActivity()
{
    QSqlQuery &query = prepared("DELETE FROM activity WHERE id<=(SELECT ifnull(max(id), 0) FROM activity)-?"_L1);
    query.bindValue(0, maxActivity);
    return sql::run(query, u"cleaning the timeline"_s);
}

StoreWriter::StoreWriter(QString file, QString connection)
    : m_file(std::move(file))
    , m_connection(std::move(connection))
{}

StoreWriter::~StoreWriter()
{
    m_statements.reset();
    if (m_database.isValid()) {
        sql::disconnect(m_database);
    }
}

Outcome StoreWriter::open()
{
    if (m_statements) {
        return {};
    }
    Result<QSqlDatabase> database = sql::connect(m_file, m_connection, sql::Durability::SurvivesKill);
    if (!database) {
        return fail(std::move(database).error());
    }
    m_database = *std::move(database);
    m_statements = std::make_unique<Statements>(m_database);
    return {};
}

template <typename Range, typename Write>
Outcome StoreWriter::writeAll(const Range &range, Write write)
{
    auto it = range.begin();
    while (it != range.end()) {
        sql::Transaction transaction(m_database);
        if (Outcome outcome = transaction.begin().and_then([this] { return m_statements->begin(); }); !outcome) {
            return outcome;
        }
        for (int i = 0; i < rowsPerTransaction && it != range.end(); ++i, ++it) {
            if (Outcome outcome = write(it); !outcome) {
                return outcome;
            }
        }
        if (Outcome outcome = transaction.commit(); !outcome) {
            return outcome;
        }
    }
    return {};
}

Outcome StoreWriter::write(const StoreBatch &batch)
{
    Outcome written = open().and_then([&] { return writeParts(batch); });
    if (!written && m_statements) {
        m_statements->forgetOthers();
    }
    return written;
}

Outcome StoreWriter::writeParts(const StoreBatch &batch)
{
    Statements *s = m_statements.get();
    return writeAll(inOrder(batch.devices), [s](auto it) { return s->write(**it); })
        .and_then([&] { return writeAll(batch.seen, [s](auto it) { return s->write(it.key(), it.value()); }); })
        .and_then([&] { return writeAll(batch.retired, [s](auto it) { return s->retire(it.key(), it.value()); }); })
        .and_then([&] { return writeAll(batch.goneNewcomers, [s](auto it) { return s->removeNewcomer(*it); }); })
        .and_then([&] { return writeAll(batch.newcomers, [s](auto it) { return s->write(it.value()); }); })
        .and_then([&] { return writeAll(batch.shared, [s](auto it) { return s->writeShared(it.key(), it.value()); }); })
        .and_then([&]() -> Outcome {
            return batch.savedViews.isEmpty() ? Outcome{} : s->setMeta(u"views"_s, QString::fromUtf8(batch.savedViews));
        })
        .and_then([&] {
            return writeAll(batch.items,
                            [s](auto it) { return s->writeItem(it.key().first, it.key().second, it.value()); });
        })
        .and_then([&] { return writeAll(batch.commands, [s](auto it) { return s->write(it.value()); }); })
        .and_then([&] {
            return writeAll(batch.targets,
                            [s](auto it) { return s->write(it.key().first, it.key().second, it.value()); });
        })
        .and_then([&] { return writeAll(batch.logs, [s](auto it) { return s->write(it.value()); }); })
        .and_then([&] { return writeAll(batch.removedLogs, [s](auto it) { return s->removeLogs(*it); }); })
        .and_then([&] { return writeAll(inOrder(batch.activity), [s](auto it) { return s->write(**it); }); })
        .and_then([&]() -> Outcome {
            m_sinceCleaning += batch.activity.size();
            if (m_sinceCleaning < maxActivity / 100) {
                return {};
            }
            m_sinceCleaning = 0;
            return s->cleanActivity();
        })
        .and_then([&]() -> Outcome {
            return batch.archiveId.isEmpty() ? Outcome{} : s->setMeta(u"archive_id"_s, batch.archiveId);
        });
}

} // namespace sgn::store
