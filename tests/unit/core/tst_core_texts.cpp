// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Csv.h"
#include "core/Fleet.h"
#include "records/Activity.h"
#include "records/LogBundle.h"
#include "support/ManualClock.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace Qt::StringLiterals;

class CoreTextsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void csvFieldsAreNeverFormulas_data();
    void csvFieldsAreNeverFormulas();
    void csvOfTheFleetHasAColumnPerProcess();
    void csvOfTheActivityHasALinePerEntry();
    void everyActivityKindHasANameAndWords();
    void everyStateHasAName();
    void logsPlayNoTricks_data();
    void logsPlayNoTricks();
    void aLargeLogShowsItsEnd();
    void listsLogFilesWithoutLinks();
};

void CoreTextsTest::csvFieldsAreNeverFormulas_data()
{
    QTest::addColumn<QString>("field");
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("plain") << u"ocr"_s << QByteArray("ocr\r\n");
    QTest::newRow("empty") << QString() << QByteArray("\r\n");
    QTest::newRow("comma") << u"a,b"_s << QByteArray("\"a,b\"\r\n");
    QTest::newRow("quote") << u"a\"b"_s << QByteArray("\"a\"\"b\"\r\n");
    QTest::newRow("line break") << u"a\nb"_s << QByteArray("\"a\nb\"\r\n");
    QTest::newRow("equals") << u"=cmd|' /C calc'!A0"_s << QByteArray("'=cmd|' /C calc'!A0\r\n");
    QTest::newRow("plus") << u"+1"_s << QByteArray("'+1\r\n");
    QTest::newRow("minus") << u"-1"_s << QByteArray("'-1\r\n");
    QTest::newRow("at") << u"@SUM(A1)"_s << QByteArray("'@SUM(A1)\r\n");
    QTest::newRow("tab") << u"\t=1"_s << QByteArray("'\t=1\r\n");
    QTest::newRow("carriage return") << u"\r=1"_s << QByteArray("\"'\r=1\"\r\n");
    QTest::newRow("formula with quotes") << u"=HYPERLINK(\"http://x\",1)"_s
                                         << QByteArray("\"'=HYPERLINK(\"\"http://x\"\",1)\"\r\n");
    QTest::newRow("zero byte before a formula") << QString(QChar(0)) + u"=1"_s << QByteArray("'=1\r\n");
    QTest::newRow("UTF-8") << u"Zähler"_s << QByteArray("Zähler\r\n");
}

void CoreTextsTest::csvFieldsAreNeverFormulas()
{
    QFETCH(const QString, field);
    QFETCH(const QByteArray, line);
    QCOMPARE(csvLine({field}), line);
    QCOMPARE(csvLine({u"a"_s, field}), "a," + line);
    QCOMPARE(csvLine({QString(), field}), ',' + line);
}

void CoreTextsTest::csvOfTheFleetHasAColumnPerProcess()
{
    test::ManualClock clock;
    Fleet fleet(clock);
    VersionReport report;
    report.from = u"=1+1"_s;
    report.processes = {{.name = u"ocr"_s,
                         .version = 3,
                         .isDead = false,
                         .state = {},
                         .pid = {},
                         .since = {},
                         .restarts24h = {},
                         .lastExit = {}},
                        {.name = u"uplink"_s,
                         .version = 2,
                         .isDead = true,
                         .state = {},
                         .pid = {},
                         .since = {},
                         .restarts24h = {},
                         .lastExit = {}}};
    fleet.apply(u"altimeter_0001@localhost"_s, report, clock.wallUtc(), true);
    const QList<QByteArray> lines = fleetCsv(fleet, {0}).split('\n');
    QVERIFY(lines.at(0).startsWith("device,jid,rpi_unique_id,online,last_seen,ocr,uplink,agent,"));
    QVERIFY(lines.at(1).startsWith("altimeter_0001,altimeter_0001@localhost,'=1+1,yes,2026-01-31T12:00:00Z,3,2 dead,"));
}

void CoreTextsTest::csvOfTheActivityHasALinePerEntry()
{
    ActivityEntry entry;
    entry.at = QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);
    entry.kind = ActivityKind::CommandFailed;
    entry.jid = u"a@b"_s;
    entry.number = 10;
    entry.subject = u"smart_meter_update"_s;
    entry.detail = u"=evil"_s;
    const QByteArray csv = activityCsv({entry, entry});
    QCOMPARE(csv.count("\r\n"), 3);
    QVERIFY(
        csv.contains("2026-01-31T12:00:00Z,a@b,command_failed,10,smart_meter_update,'=evil,Update #10 failed: =evil"));
}

void CoreTextsTest::everyActivityKindHasANameAndWords()
{
    for (int i = 0; i <= static_cast<int>(ActivityKind::PanelNotice); ++i) {
        const auto kind = static_cast<ActivityKind>(i);
        QVERIFY(activityKindFromString(QString(nameOf(kind))) == kind);
        QVERIFY(!describe({0, {}, kind, {}, 1, u"ocr"_s, u"detail"_s}).isEmpty());
    }
    QVERIFY(!activityKindFromString(u"<b>"));
}

void CoreTextsTest::everyStateHasAName()
{
    for (int i = 0; i < targetStateCount; ++i) {
        const auto state = static_cast<TargetState>(i);
        QVERIFY(targetStateFromString(QString(nameOf(state))) == state);
    }
    QVERIFY(!targetStateFromString(u"nonsense"));
    for (int i = 0; i <= static_cast<int>(LogBundle::State::Failed); ++i) {
        const auto state = static_cast<LogBundle::State>(i);
        QVERIFY(logStateFromString(QString(nameOf(state))) == state);
    }
}

void CoreTextsTest::logsPlayNoTricks_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("text");
    QTest::newRow("plain") << QByteArray("a\tb\r\nc\n") << u"a\tb\nc\n"_s;
    QTest::newRow("escape sequence") << QByteArray("\x1b[2Jx") << u"\u241b[2Jx"_s;
    QTest::newRow("zero") << QByteArray("a\0b", 3) << u"a\u2400b"_s;
    QTest::newRow("not UTF-8") << QByteArray("a\xff\xfe") << u"a\ufffd\ufffd"_s;
    QTest::newRow("reordering") << QByteArray("a\u202Eb") << u"a\ufffdb"_s;
    QTest::newRow("delete") << QByteArray("a\x7f") << u"a\u2421"_s;
}

void CoreTextsTest::logsPlayNoTricks()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, text);
    QTemporaryDir folder;
    QFile file(folder.filePath(u"x.log"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
    file.close();
    const auto read = readLogText(file.fileName());
    QVERIFY(read);
    QCOMPARE(*read, text);
}

void CoreTextsTest::aLargeLogShowsItsEnd()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(u"x.log"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    for (int i = 0; i < 1000; ++i) {
        file.write("line " + QByteArray::number(i) + '\n');
    }
    file.close();
    const auto read = readLogText(file.fileName(), 20);
    QVERIFY(read);
    QCOMPARE(*read, u"line 998\nline 999\n"_s);
    QCOMPARE(readLogText(folder.filePath(u"none"_s)).error().code, ErrorCode::NotFound);
}

void CoreTextsTest::listsLogFilesWithoutLinks()
{
    QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkpath(u"logs/old"_s));
    for (const QString &name : {u"logs/b.log"_s, u"logs/a.log"_s, u"logs/old/c.log"_s}) {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("x");
    }
    QVERIFY(QFile::link(u"/etc/passwd"_s, folder.filePath(u"logs/link.log"_s)));
    QStringList names;
    for (const LogFile &file : logFilesBelow(folder.path())) {
        names += file.name;
        QCOMPARE(file.size, 1);
    }
    QCOMPARE(names, (QStringList{u"logs/a.log"_s, u"logs/b.log"_s, u"logs/old/c.log"_s}));
    QVERIFY(logFilesBelow({}).isEmpty());
}

QTEST_GUILESS_MAIN(CoreTextsTest)
#include "tst_core_texts.moc"
