// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/StoreRows.h"

#include "store/ReportBlob.h"
#include "store/StoreSql.h"

namespace sgn::store::rows {

using namespace Qt::StringLiterals;

namespace {

QString countsText(const records::CommandCounts &counts)
{
    QStringList numbers;
    for (const int count : counts.byState) {
        numbers += QString::number(count);
    }
    return numbers.join(u' ');
}

records::CommandCounts countsOf(const QString &text)
{
    records::CommandCounts counts;
    const QStringList numbers = text.split(u' ');
    for (std::size_t i = 0; i < counts.byState.size() && i < static_cast<std::size_t>(numbers.size()); ++i) {
        counts.byState[i] = numbers.at(static_cast<qsizetype>(i)).toInt();
    }
    return counts;
}

void bindAll(QSqlQuery &query, std::initializer_list<QVariant> values)
{
    int position = 0;
    for (const QVariant &value : values) {
        query.bindValue(position++, value);
    }
}

} // namespace

void bind(QSqlQuery &query, const records::Device &device)
{
    const records::DeviceUpdate update = device.update.value_or(records::DeviceUpdate{});
    const bool hasUpdate = device.update && update.target;
    bindAll(query, {device.jid, sql::fromText(device.rpiUniqueId), sql::fromTime(device.lastSeen),
                    sql::fromTime(device.lastReport), device.isModern ? 1 : 0, sql::fromText(device.conflictWith),
                    sql::fromText(device.foreignFrom), reportBlob(device.facts, device.processes),
                    hasUpdate ? QVariant(static_cast<qint64>(update.target->number)) : QVariant(),
                    hasUpdate ? QVariant(QString(nameOf(update.state))) : QVariant(),
                    hasUpdate ? QVariant(update.percent) : QVariant(),
                    hasUpdate ? sql::fromText(update.deviceState) : QVariant(),
                    hasUpdate ? sql::fromText(update.remarks) : QVariant(), sql::fromText(toText(update.facts)),
                    sql::fromText(device.unreadable), device.isContact ? 1 : 0, sql::fromText(device.label),
                    sql::fromText(device.tags.join(u'\n'))});
}

void bindReport(QSqlQuery &query, const records::Device &device)
{
    bindAll(query, {sql::fromTime(device.lastSeen), sql::fromTime(device.lastReport), device.isModern ? 1 : 0,
                    reportBlob(device.facts, device.processes), device.jid});
}

records::Device device(const QSqlQuery &query, records::TextPool &texts)
{
    records::Device device;
    device.jid = query.value(0).toString();
    device.rpiUniqueId = query.value(1).toString();
    device.lastSeen = sql::toTime(query.value(2));
    device.lastReport = sql::toTime(query.value(3));
    device.isModern = query.value(4).toBool();
    device.conflictWith = query.value(5).toString();
    device.foreignFrom = query.value(6).toString();
    ReportContent report = readReportBlob(query.value(7).toByteArray(), texts);
    device.facts = std::move(report.facts);
    device.processes = std::move(report.processes);
    device.unreadable = query.value(14).toString();
    device.isContact = query.value(15).toBool();
    device.label = query.value(16).toString();
    device.tags = query.value(17).toString().split(u'\n', Qt::SkipEmptyParts);
    if (!query.isNull(8)) {
        auto target = std::make_shared<records::UpdateTarget>();
        target->number = static_cast<CommandNo>(query.value(8).toLongLong());
        const QString state = query.value(9).toString();
        device.update = records::DeviceUpdate{
            std::move(target),          records::targetStateFromString(state).value_or(records::TargetState::Failed),
            query.value(10).toInt(),    query.value(11).toString(),
            query.value(12).toString(), records::factsFromText(query.value(13).toString())};
    }
    return device;
}

void bind(QSqlQuery &query, const records::IssuedCommand &record)
{
    bindAll(query, {static_cast<qint64>(record.number), QString::fromLatin1(encode(record.command)),
                    sql::fromTime(record.createdAt), sql::fromText(record.requestedBy), sql::fromText(record.title),
                    countsText(record.counts), record.isOwn ? 1 : 0});
}

records::IssuedCommand command(const QSqlQuery &query)
{
    records::IssuedCommand record;
    record.number = static_cast<CommandNo>(query.value(0).toLongLong());
    if (auto parsed = parseCommand(query.value(1).toString().toLatin1())) {
        record.command = *std::move(parsed);
    } else {
        record.number = 0;
    }
    record.createdAt = sql::toTime(query.value(2));
    record.requestedBy = query.value(3).toString();
    record.title = query.value(4).toString();
    record.counts = countsOf(query.value(5).toString());
    record.isOwn = query.value(6).toBool();
    return record;
}

void bind(QSqlQuery &query, CommandNo number, int row, const records::CommandTarget &target)
{
    bindAll(query, {static_cast<qint64>(number), target.jid, row, QString(nameOf(target.state)), target.percent,
                    sql::fromText(target.deviceState), sql::fromText(target.remarks),
                    target.error ? QVariant(QString(nameOf(*target.error))) : QVariant(), target.attempts,
                    sql::fromTime(target.sentAt), sql::fromTime(target.repliedAt), sql::fromTime(target.finishedAt),
                    sql::fromText(target.log.join(u'\n')), sql::fromText(toText(target.facts)),
                    sql::fromTime(target.firstSentAt)});
}

records::CommandTarget target(const QSqlQuery &query)
{
    records::CommandTarget target;
    target.jid = query.value(1).toString();
    target.state = records::targetStateFromString(query.value(3).toString()).value_or(records::TargetState::Failed);
    target.percent = query.value(4).toInt();
    target.deviceState = query.value(5).toString();
    target.remarks = query.value(6).toString();
    if (const QString error = query.value(7).toString(); !error.isEmpty()) {
        target.error = errorCodeFromString(error);
    }
    target.attempts = query.value(8).toInt();
    target.sentAt = sql::toTime(query.value(9));
    target.repliedAt = sql::toTime(query.value(10));
    target.finishedAt = sql::toTime(query.value(11));
    target.log = query.value(12).toString().split(u'\n', Qt::SkipEmptyParts);
    target.facts = records::factsFromText(query.value(13).toString());
    target.firstSentAt = sql::toTime(query.value(14));
    return target;
}

void bind(QSqlQuery &query, const records::ActivityEntry &entry)
{
    bindAll(query, {sql::fromTime(entry.at), QString(nameOf(entry.kind)), sql::fromText(entry.jid),
                    static_cast<qint64>(entry.number), sql::fromText(entry.subject), sql::fromText(entry.detail),
                    sql::fromText(toText(entry.facts))});
}

records::ActivityEntry activity(const QSqlQuery &query)
{
    records::ActivityEntry entry;
    entry.id = query.value(0).toLongLong();
    entry.at = sql::toTime(query.value(1));
    entry.kind =
        records::activityKindFromString(query.value(2).toString()).value_or(records::ActivityKind::PanelNotice);
    entry.jid = query.value(3).toString();
    entry.number = static_cast<CommandNo>(query.value(4).toLongLong());
    entry.subject = query.value(5).toString();
    entry.detail = query.value(6).toString();
    entry.facts = records::factsFromText(query.value(7).toString());
    return entry;
}

void bind(QSqlQuery &query, const records::LogDelivery &delivery)
{
    bindAll(query,
            {delivery.id, delivery.jid, static_cast<qint64>(delivery.number), QString(nameOf(delivery.state)),
             sql::fromTime(delivery.requestedAt), sql::fromTime(delivery.finishedAt), delivery.received, delivery.size,
             sql::fromText(delivery.folder), sql::fromText(delivery.remarks), sql::fromText(toText(delivery.facts))});
}

records::LogDelivery logDelivery(const QSqlQuery &query)
{
    records::LogDelivery delivery;
    delivery.id = query.value(0).toLongLong();
    delivery.jid = query.value(1).toString();
    delivery.number = static_cast<CommandNo>(query.value(2).toLongLong());
    delivery.state =
        records::logStateFromString(query.value(3).toString()).value_or(records::LogDelivery::State::Failed);
    delivery.requestedAt = sql::toTime(query.value(4));
    delivery.finishedAt = sql::toTime(query.value(5));
    delivery.received = query.value(6).toLongLong();
    delivery.size = query.value(7).toLongLong();
    delivery.folder = query.value(8).toString();
    delivery.remarks = query.value(9).toString();
    delivery.facts = records::factsFromText(query.value(10).toString());
    return delivery;
}

void bind(QSqlQuery &query, const records::Newcomer &newcomer)
{
    bindAll(query, {newcomer.jid, sql::fromTime(newcomer.firstSeen), sql::fromTime(newcomer.lastSeen),
                    newcomer.isAsking ? 1 : 0, sql::fromText(newcomer.claimedId), sql::fromText(newcomer.message),
                    sql::fromTime(newcomer.retiredAt)});
}

records::Newcomer newcomer(const QSqlQuery &query)
{
    return {.jid = query.value(0).toString(),
            .firstSeen = sql::toTime(query.value(1)),
            .lastSeen = sql::toTime(query.value(2)),
            .isAsking = query.value(3).toBool(),
            .claimedId = query.value(4).toString(),
            .message = query.value(5).toString(),
            .retiredAt = sql::toTime(query.value(6))};
}

} // namespace sgn::store::rows
