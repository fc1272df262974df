// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/StoreSchema.h"

#include "store/ReportMigration.h"
#include "store/StoreSql.h"

#include <QStringList>
#include <tuple>

namespace sgn::store {

using namespace Qt::StringLiterals;

namespace {

// Version 3 keeps what the panel states by itself as codes. Version 2 kept English sentences; those that can be
// recognised become codes, all others stay as they are and are shown so.
QStringList factSteps()
{
    QStringList statements;
    for (const QString &table : {u"command_targets"_s, u"logs"_s, u"activity"_s}) {
        statements += u"ALTER TABLE %1 ADD COLUMN facts TEXT NOT NULL DEFAULT ''"_s.arg(table);
    }
    statements += u"ALTER TABLE devices ADD COLUMN update_facts TEXT NOT NULL DEFAULT ''"_s;
    statements += u"ALTER TABLE command_targets RENAME COLUMN heard TO replied"_s;
    struct Sentence
    {
        QString text;
        records::FactCode code;
        bool isPrefix;
    };
    const QList<Sentence> sentences{
        {u"not answered in time"_s, records::FactCode::NotAnswered, false},
        {u"withdrawn before it was sent"_s, records::FactCode::Withdrawn, false},
        {u"the panel was closed before they were here; get the logs again"_s, records::FactCode::PanelClosed, false},
        {u"the device says it has uploaded its logs to its own server"_s, records::FactCode::UploadedElsewhere, false},
        {u"the device could not upload its logs"_s, records::FactCode::DeviceUploadFailed, false},
        {u"the server could not deliver it: "_s, records::FactCode::Undeliverable, true},
        {u"not sent, because it could not be kept: "_s, records::FactCode::NotPersisted, true},
        {u"not sent: "_s, records::FactCode::NotSent, true},
    };
    for (const auto &[table, column, facts] :
         {std::tuple{u"command_targets"_s, u"remarks"_s, u"facts"_s}, std::tuple{u"logs"_s, u"remarks"_s, u"facts"_s},
          std::tuple{u"activity"_s, u"detail"_s, u"facts"_s},
          std::tuple{u"devices"_s, u"update_remarks"_s, u"update_facts"_s}}) {
        for (const Sentence &sentence : sentences) {
            const QString which =
                sentence.isPrefix ? u"substr(%1, 1, %2)"_s.arg(column).arg(sentence.text.size()) : column;
            statements += u"UPDATE %1 SET %2='%3', %4=substr(%4, %5) WHERE %6='%7'"_s
                              .arg(table, facts, records::toText({{sentence.code, {}}}), column)
                              .arg(sentence.text.size() + 1)
                              .arg(which, sentence.text);
        }
    }
    return statements;
}

QStringList firstStep()
{
    return {
        u"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID"_s,
        u"CREATE TABLE devices("
        "id INTEGER PRIMARY KEY, jid TEXT NOT NULL UNIQUE, rpi_unique_id TEXT NOT NULL, last_seen INTEGER, "
        "last_report INTEGER, is_modern INTEGER NOT NULL, conflict_with TEXT NOT NULL, foreign_from TEXT NOT NULL, "
        "facts TEXT NOT NULL, update_no INTEGER, update_state TEXT, update_percent INTEGER, "
        "update_device_state TEXT, update_remarks TEXT)"_s,
        u"CREATE TABLE processes("
        "device_id INTEGER NOT NULL REFERENCES devices(id) ON DELETE CASCADE, position INTEGER NOT NULL, "
        "name TEXT NOT NULL, version INTEGER NOT NULL, is_dead INTEGER NOT NULL, state INTEGER NOT NULL, "
        "since INTEGER, dead_since INTEGER, restarts_24h INTEGER, last_exit TEXT, "
        "PRIMARY KEY(device_id, position)) WITHOUT ROWID"_s,
        u"CREATE TABLE commands("
        "number INTEGER PRIMARY KEY, body TEXT NOT NULL, created INTEGER NOT NULL, requested_by TEXT NOT NULL, "
        "title TEXT NOT NULL, counts TEXT NOT NULL, is_own INTEGER NOT NULL)"_s,
        u"CREATE TABLE command_targets("
        "number INTEGER NOT NULL REFERENCES commands(number) ON DELETE CASCADE, jid TEXT NOT NULL, "
        "position INTEGER NOT NULL, state TEXT NOT NULL, percent INTEGER NOT NULL, device_state TEXT NOT NULL, "
        "remarks TEXT NOT NULL, error TEXT, attempts INTEGER NOT NULL, sent INTEGER, heard INTEGER, "
        "finished INTEGER, PRIMARY KEY(number, jid)) WITHOUT ROWID"_s,
        u"CREATE INDEX targets_by_device ON command_targets(jid)"_s,
        u"CREATE INDEX open_targets ON command_targets(number) WHERE finished IS NULL"_s,
        u"CREATE TABLE activity("
        "id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, jid TEXT NOT NULL, "
        "number INTEGER NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL)"_s,
        u"CREATE INDEX activity_by_device ON activity(jid, id)"_s,
        u"CREATE INDEX activity_by_command ON activity(number, id) WHERE number > 0"_s,
        u"CREATE TABLE logs("
        "id INTEGER PRIMARY KEY, jid TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, "
        "requested INTEGER, finished INTEGER, received INTEGER NOT NULL, size INTEGER NOT NULL, "
        "folder TEXT NOT NULL, remarks TEXT NOT NULL, UNIQUE(number, jid))"_s,
    };
}

// SQL, then what SQL can't do.
struct SchemaStep
{
    QStringList statements;
    Outcome (*work)(QSqlDatabase &) = nullptr;
};

QList<SchemaStep> steps()
{
    return {
        {firstStep()},
        {{
            u"ALTER TABLE command_targets ADD COLUMN log TEXT NOT NULL DEFAULT ''"_s,
        }},
        {factSteps()},
        // Command numbers begin at random places, so commands are found by their time.
        {{
            u"CREATE INDEX activity_by_time ON activity(at, id)"_s,
            u"CREATE INDEX commands_by_time ON commands(created, number)"_s,
            u"ALTER TABLE command_targets ADD COLUMN first_sent INTEGER"_s,
            u"UPDATE command_targets SET first_sent=(SELECT created FROM commands WHERE "
            "commands.number=command_targets.number) WHERE attempts>0"_s,
            u"DELETE FROM meta WHERE key='next_number'"_s,
            u"ALTER TABLE devices ADD COLUMN unreadable TEXT NOT NULL DEFAULT ''"_s,
            u"ALTER TABLE processes ADD COLUMN version_text TEXT NOT NULL DEFAULT ''"_s,
        }},
        // Whoever is in `devices` is a device of the fleet, unless it was retired.
        {{
            u"ALTER TABLE devices ADD COLUMN is_contact INTEGER NOT NULL DEFAULT 0"_s,
            u"ALTER TABLE devices ADD COLUMN retired INTEGER"_s,
            u"CREATE TABLE newcomers("
            "jid TEXT PRIMARY KEY, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, is_asking INTEGER NOT "
            "NULL, claimed_id TEXT NOT NULL, message TEXT NOT NULL, retired INTEGER) WITHOUT ROWID"_s,
        }},
        // Tags are separated by line feeds. `shared`: see records/SharedEntries.h.
        {{
            u"ALTER TABLE devices ADD COLUMN label TEXT NOT NULL DEFAULT ''"_s,
            u"ALTER TABLE devices ADD COLUMN tags TEXT NOT NULL DEFAULT ''"_s,
            u"CREATE TABLE shared(chunk INTEGER PRIMARY KEY, content TEXT NOT NULL)"_s,
        }},
        // Items of the account's own nodes on the server; `at`: when it was kept.
        {{
            u"CREATE TABLE items("
            "node TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL, "
            "PRIMARY KEY(node, id)) WITHOUT ROWID"_s,
        }},
        // What a device reports is one value.
        {{}, &foldReports},
    };
}

Result<int> versionOf(QSqlDatabase &database)
{
    QSqlQuery query(database);
    query.prepare(u"SELECT ifnull(max(version), 0) FROM migrations"_s);
    if (const Outcome outcome = sql::run(query, u"reading the store's version"_s); !outcome) {
        return fail(outcome.error());
    }
    return query.next() ? query.value(0).toInt() : 0;
}

Outcome applyStep(QSqlDatabase &database, int version, const SchemaStep &step)
{
    for (const QString &statement : step.statements) {
        if (Outcome outcome = sql::run(database, statement); !outcome) {
            return outcome;
        }
    }
    if (step.work) {
        if (Outcome outcome = step.work(database); !outcome) {
            return outcome;
        }
    }
    QSqlQuery query(database);
    query.prepare(u"INSERT INTO migrations(version, applied) VALUES(?, ?)"_s);
    query.addBindValue(version);
    query.addBindValue(sql::fromTime(QDateTime::currentDateTimeUtc()));
    return sql::run(query, u"noting the store's version"_s);
}

} // namespace

int storeSchemaVersion()
{
    return static_cast<int>(steps().size());
}

records::Expected<> migrateStore(QSqlDatabase &database)
{
    sql::Transaction transaction(database);
    if (Outcome outcome = transaction.begin(); !outcome) {
        return fail(outcome.error());
    }
    if (Outcome outcome =
            sql::run(database,
                     u"CREATE TABLE IF NOT EXISTS migrations(version INTEGER PRIMARY KEY, applied INTEGER NOT NULL)"_s);
        !outcome) {
        return fail(outcome.error());
    }
    const Result<int> version = versionOf(database);
    if (!version) {
        return fail(version.error());
    }
    const QList<SchemaStep> all = steps();
    if (*version > all.size()) {
        return fail(ErrorCode::Refused, records::FactCode::StoreNewer);
    }
    for (int step = *version; step < all.size(); ++step) {
        if (Outcome outcome = applyStep(database, step + 1, all.at(step)); !outcome) {
            return fail(outcome.error());
        }
    }
    if (const Outcome outcome = transaction.commit(); !outcome) {
        return fail(outcome.error());
    }
    return {};
}

records::Expected<> checkTable(QSqlDatabase &database, const QString &table)
{
    QSqlQuery query(database);
    query.setForwardOnly(true);
    if (!query.exec(u"PRAGMA quick_check('%1')"_s.arg(table))) {
        return fail(sql::errorOf(query, u"checking the store"_s));
    }
    if (!query.next() || query.value(0).toString() != "ok"_L1) {
        return fail(ErrorCode::BadFile, records::FactCode::StoreDamaged, {}, query.value(0).toString().simplified());
    }
    return {};
}

Result<QStringList> tablesOf(QSqlDatabase &database)
{
    QSqlQuery query(database);
    query.setForwardOnly(true);
    query.prepare(u"SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' ORDER BY name"_s);
    if (Outcome outcome = sql::run(query, u"checking the store"_s); !outcome) {
        return fail(std::move(outcome).error());
    }
    QStringList tables;
    while (query.next()) {
        tables += query.value(0).toString();
    }
    return tables;
}

records::Expected<> checkStore(QSqlDatabase &database, bool isSuspect)
{
    Result<QStringList> tables = tablesOf(database);
    if (!tables) {
        return fail(std::move(tables).error());
    }
    const bool isPresentVersion =
        tables->contains(u"migrations"_s) && versionOf(database).value_or(0) == storeSchemaVersion();
    if (isPresentVersion && !isSuspect) {
        tables->removeIf([](const QString &table) { return table == "activity"_L1 || table == "command_targets"_L1; });
    }
    for (const QString &table : std::as_const(*tables)) {
        if (records::Expected<> sound = checkTable(database, table); !sound) {
            return sound;
        }
    }
    return {};
}

} // namespace sgn::store
