// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/StoreReader.h"

#include "store/StoreRows.h"
#include "store/StoreSql.h"

#include <algorithm>
#include <QStringBuilder>

namespace sgn::store {

using namespace Qt::StringLiterals;

namespace {

// A condition follows.
constexpr QStringView selectDevices =
    u"SELECT jid, rpi_unique_id, last_seen, last_report, is_modern, conflict_with, foreign_from, report, update_no, "
    "update_state, update_percent, update_device_state, update_remarks, update_facts, unreadable, is_contact, "
    "label, tags FROM devices ";
} // namespace

StoreReader::StoreReader(const QSqlDatabase &database)
    : m_database(database)
{}

StoreReader::~StoreReader()
{
    sql::disconnect(m_database);
}

records::Expected<qint64> StoreReader::allocate(const QString &counter, qint64 count)
{
    sql::Transaction transaction(m_database);
    if (Outcome outcome = transaction.begin(); !outcome) {
        return fail(outcome.error());
    }
    QSqlQuery query(m_database);
    query.prepare(u"SELECT value FROM meta WHERE key=?"_s);
    query.addBindValue(counter);
    if (const Outcome outcome = sql::run(query, u"reading "_s + counter); !outcome) {
        return fail(outcome.error());
    }
    const qint64 number = std::max<qint64>(1, query.next() ? query.value(0).toLongLong() : 1);
    query.finish();
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

std::vector<records::Device> StoreReader::devices() const
{
    std::vector<records::Device> devices;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.exec(selectDevices % u"WHERE retired IS NULL ORDER BY jid"_s);
    UpdateTargets targets;
    records::TextPool texts;
    while (query.next()) {
        devices.push_back(deviceOf(query, targets, texts));
    }
    return devices;
}

// With the whole target of its update, one object for all devices of a command.
records::Device StoreReader::deviceOf(const QSqlQuery &query, UpdateTargets &targets, records::TextPool &texts) const
{
    records::Device device = rows::device(query, texts);
    if (!device.update) {
        return device;
    }
    const CommandNo number = device.update->target->number;
    auto known = targets.constFind(number);
    if (known == targets.cend()) {
        const std::optional<records::IssuedCommand> record = command(number);
        known = targets.insert(number, record ? records::updateTargetOf(*record) : nullptr);
    }
    if (*known) {
        device.update->target = *known;
    }
    return device;
}

QHash<QString, QDateTime> StoreReader::retiredDevices() const
{
    QHash<QString, QDateTime> retired;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.exec(u"SELECT jid, retired FROM devices WHERE retired IS NOT NULL"_s);
    while (query.next()) {
        retired.insert(query.value(0).toString(), sql::toTime(query.value(1)));
    }
    return retired;
}

std::optional<records::Device> StoreReader::retiredDevice(const QString &jid) const
{
    QSqlQuery query(m_database);
    query.prepare(selectDevices % u"WHERE jid=? AND retired IS NOT NULL"_s);
    query.addBindValue(jid);
    if (!query.exec() || !query.next()) {
        return std::nullopt;
    }
    UpdateTargets targets;
    records::TextPool texts;
    return deviceOf(query, targets, texts);
}

records::SharedEntries StoreReader::sharedEntries() const
{
    records::SharedEntries entries;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.exec(u"SELECT content FROM shared"_s);
    while (query.next()) {
        entries.insert(records::sharedEntriesFrom(query.value(0).toByteArray()));
    }
    return entries;
}

QList<records::Newcomer> StoreReader::newcomers() const
{
    QList<records::Newcomer> newcomers;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.exec(u"SELECT jid, first_seen, last_seen, is_asking, claimed_id, message, retired FROM newcomers"_s);
    while (query.next()) {
        newcomers += rows::newcomer(query);
    }
    return newcomers;
}

QList<records::IssuedCommand> StoreReader::commands(int limit) const
{
    QList<records::IssuedCommand> records;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(
        u"SELECT number, body, created, requested_by, title, counts, is_own FROM commands ORDER BY created DESC, number DESC LIMIT ?"_s);
    query.addBindValue(limit);
    query.exec();
    while (query.next()) {
        if (records::IssuedCommand record = rows::command(query); record.number != 0) {
            records += std::move(record);
        }
    }
    return records;
}

std::optional<records::IssuedCommand> StoreReader::command(CommandNo number) const
{
    QSqlQuery query(m_database);
    query.prepare(u"SELECT number, body, created, requested_by, title, counts, is_own FROM commands WHERE number=?"_s);
    query.addBindValue(static_cast<qint64>(number));
    if (!query.exec() || !query.next()) {
        return std::nullopt;
    }
    records::IssuedCommand record = rows::command(query);
    return record.number == 0 ? std::nullopt : std::optional(std::move(record));
}

QList<records::CommandTarget> StoreReader::targets(CommandNo number) const
{
    QList<records::CommandTarget> targets;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(u"SELECT count(*) FROM command_targets WHERE number=?"_s);
    query.addBindValue(static_cast<qint64>(number));
    if (query.exec() && query.next()) {
        targets.reserve(query.value(0).toLongLong());
    }
    query.prepare(
        u"SELECT number, jid, position, state, percent, device_state, remarks, error, attempts, sent, replied, "
        "finished, log, facts, first_sent FROM command_targets WHERE number=? ORDER BY position, jid"_s);
    query.addBindValue(static_cast<qint64>(number));
    query.exec();
    while (query.next()) {
        targets += rows::target(query);
    }
    return targets;
}

QList<CommandNo> StoreReader::openCommands() const
{
    QList<CommandNo> numbers;
    QSqlQuery query(m_database);
    query.exec(u"SELECT DISTINCT number FROM command_targets WHERE finished IS NULL ORDER BY number"_s);
    while (query.next()) {
        numbers += static_cast<CommandNo>(query.value(0).toLongLong());
    }
    return numbers;
}

QList<records::LogDelivery> StoreReader::logDeliveries() const
{
    QList<records::LogDelivery> deliveries;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.exec(
        u"SELECT id, jid, number, state, requested, finished, received, size, folder, remarks, facts FROM logs ORDER BY id"_s);
    while (query.next()) {
        deliveries += rows::logDelivery(query);
    }
    return deliveries;
}

QList<records::ActivityEntry> StoreReader::activity(const records::ActivityFilter &filter) const
{
    QString statement = u"SELECT id, at, kind, jid, number, subject, detail, facts FROM activity WHERE 1"_s;
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
        where(u"(at, id) < (SELECT at, id FROM activity WHERE id=?)"_s, filter.beforeId);
    }
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(statement + u" ORDER BY at DESC, id DESC LIMIT ?"_s);
    for (const QVariant &value : values) {
        query.addBindValue(value);
    }
    query.addBindValue(filter.limit);
    query.exec();
    QList<records::ActivityEntry> entries;
    while (query.next()) {
        entries += rows::activity(query);
    }
    return entries;
}

QString StoreReader::archiveId() const
{
    QSqlQuery query(m_database);
    query.exec(u"SELECT value FROM meta WHERE key='archive_id'"_s);
    return query.next() ? query.value(0).toString() : QString();
}

QHash<QString, QByteArray> StoreReader::items(const QString &node) const
{
    QHash<QString, QByteArray> items;
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(u"SELECT id, content FROM items WHERE node=?"_s);
    query.addBindValue(node);
    query.exec();
    while (query.next()) {
        items.insert(query.value(0).toString(), query.value(1).toByteArray());
    }
    return items;
}

QByteArray StoreReader::savedViews() const
{
    QSqlQuery query(m_database);
    query.exec(u"SELECT value FROM meta WHERE key='views'"_s);
    return query.next() ? query.value(0).toByteArray() : QByteArray();
}

} // namespace sgn::store
