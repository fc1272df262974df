// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/ReportMigration.h"

#include "protocol/Reply.h"
#include "store/ReportBlob.h"
#include "store/StoreSql.h"

#include <QJsonDocument>

namespace sgn::store {

using namespace Qt::StringLiterals;

namespace {

DeviceFacts factsOf(const QByteArray &text)
{
    const Result<DeviceMessage> message = parseDeviceMessage(text);
    const auto *report = message ? std::get_if<VersionReport>(&*message) : nullptr;
    return report ? report->facts : DeviceFacts{};
}

Boxed<LastExit> lastExitOf(const QByteArray &text)
{
    const QJsonObject exit = QJsonDocument::fromJson(text).object();
    const Result<ProcessReport> report = processReportFromJson(
        {{"process_name"_L1, u"-"_s}, {"version"_L1, 0}, {"isDead"_L1, true}, {"last_exit"_L1, exit}});
    return report ? report->lastExit : Boxed<LastExit>();
}

records::DeviceProcess processOf(const QSqlQuery &query)
{
    records::DeviceProcess process;
    ProcessReport &report = process.report;
    report.name = query.value(0).toString();
    report.version = query.value(1).toInt();
    report.isDead = query.value(2).toBool();
    const int state = query.value(3).toInt();
    report.state = state >= 0 && state <= static_cast<int>(ProcessState::Dead) ? static_cast<ProcessState>(state)
                                                                               : ProcessState::Unknown;
    if (const QDateTime since = sql::toTime(query.value(4)); since.isValid()) {
        report.since = since;
    }
    process.deadSince = sql::toTime(query.value(5));
    report.restarts24h = sql::toInt(query.value(6));
    if (const QVariant exit = query.value(7); !exit.isNull()) {
        report.lastExit = lastExitOf(exit.toByteArray());
    }
    report.versionText = query.value(8).toString();
    return process;
}

// By JID: a fleet that reports in that order writes each page once.
constexpr QStringView createDevices =
    u"CREATE TABLE devices_of_8(jid TEXT PRIMARY KEY, rpi_unique_id TEXT NOT NULL, last_seen INTEGER, last_report "
    "INTEGER, is_modern INTEGER NOT NULL, conflict_with TEXT NOT NULL, foreign_from TEXT NOT NULL, report BLOB NOT "
    "NULL, update_no INTEGER, update_state TEXT, update_percent INTEGER, update_device_state TEXT, update_remarks "
    "TEXT, update_facts TEXT NOT NULL, unreadable TEXT NOT NULL, is_contact INTEGER NOT NULL, retired INTEGER, label "
    "TEXT NOT NULL, tags TEXT NOT NULL) WITHOUT ROWID";
constexpr QStringView moveDevice =
    u"INSERT INTO devices_of_8 SELECT jid, rpi_unique_id, last_seen, last_report, is_modern, conflict_with, "
    "foreign_from, ?, update_no, update_state, update_percent, update_device_state, update_remarks, update_facts, "
    "unreadable, is_contact, retired, label, tags FROM devices WHERE id=?";

Outcome moveOne(QSqlQuery &processes, QSqlQuery &move, qint64 id, const QByteArray &facts)
{
    processes.bindValue(0, id);
    if (Outcome outcome = sql::run(processes, u"reading processes"_s); !outcome) {
        return outcome;
    }
    QList<records::DeviceProcess> list;
    while (processes.next()) {
        list += processOf(processes);
    }
    move.bindValue(0, reportBlob(facts.isEmpty() ? DeviceFacts{} : factsOf(facts), list));
    move.bindValue(1, id);
    return sql::run(move, u"keeping a report"_s);
}

Outcome moveAll(QSqlDatabase &database)
{
    QSqlQuery devices(database);
    devices.setForwardOnly(true);
    devices.prepare(u"SELECT id, facts FROM devices ORDER BY jid"_s);
    QSqlQuery processes(database);
    processes.setForwardOnly(true);
    processes.prepare(u"SELECT name, version, is_dead, state, since, dead_since, restarts_24h, last_exit, version_text "
                      "FROM processes WHERE device_id=? ORDER BY position"_s);
    QSqlQuery move(database);
    move.prepare(moveDevice.toString());
    if (Outcome outcome = sql::run(devices, u"reading devices"_s); !outcome) {
        return outcome;
    }
    while (devices.next()) {
        if (Outcome outcome = moveOne(processes, move, devices.value(0).toLongLong(), devices.value(1).toByteArray());
            !outcome) {
            return outcome;
        }
    }
    return {};
}

} // namespace

Outcome foldReports(QSqlDatabase &database)
{
    return sql::run(database, createDevices.toString())
        .and_then([&database] { return moveAll(database); })
        .and_then([&database] { return sql::run(database, u"DROP TABLE processes"_s); })
        .and_then([&database] { return sql::run(database, u"DROP TABLE devices"_s); })
        .and_then([&database] { return sql::run(database, u"ALTER TABLE devices_of_8 RENAME TO devices"_s); });
}

} // namespace sgn::store
