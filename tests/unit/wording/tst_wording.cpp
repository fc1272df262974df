// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Activity.h"
#include "wording/Csv.h"
#include "wording/Durations.h"
#include "wording/Problems.h"
#include "wording/Processes.h"
#include "wording/Rollouts.h"

#include <QTest>
#include <QTranslator>

using namespace sgn;
using namespace sgn::wording;
using namespace Qt::StringLiterals;
using sgn::records::FactCode;

namespace {

const QDateTime now(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);

} // namespace

Q_DECLARE_METATYPE(sgn::records::ActivityEntry)

class WordingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void csvFieldsAreNeverFormulas_data();
    void csvFieldsAreNeverFormulas();
    void csvOfTheFleetHasAColumnPerProcess();
    void csvOfTheActivityHasALinePerEntry();
    void describesEveryActivityKind();
    void describesAnActivity_data();
    void describesAnActivity();
    void hasWordsForEveryFact();
    void leavesValuesAsTheyAre();
    void writesTimesAsTheReaderDoes();
    void joinsFactsAndTheTextBehindThem();
    void speaksGerman();
    void describesADeath_data();
    void describesADeath();
    void describesAPlan();
    void roundsDurations_data();
    void roundsDurations();
};

void WordingTest::csvFieldsAreNeverFormulas_data()
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

void WordingTest::csvFieldsAreNeverFormulas()
{
    QFETCH(const QString, field);
    QFETCH(const QByteArray, line);
    QCOMPARE(csvLine({field}), line);
    QCOMPARE(csvLine({u"a"_s, field}), "a," + line);
    QCOMPARE(csvLine({QString(), field}), ',' + line);
}

void WordingTest::csvOfTheFleetHasAColumnPerProcess()
{
    records::Device device;
    device.jid = u"altimeter_0001@localhost"_s;
    device.label = u"Mill"_s;
    device.tags = {u"north"_s, u"old"_s};
    device.notes.fields = {{u"floor"_s, u"2"_s}};
    device.rpiUniqueId = u"=1+1"_s;
    device.online = true;
    device.lastSeen = now;
    records::DeviceProcess ocr;
    ocr.report.name = u"ocr"_s;
    ocr.report.version = 3;
    records::DeviceProcess uplink;
    uplink.report.name = u"uplink"_s;
    uplink.report.version = 2;
    uplink.report.isDead = true;
    device.processes = {ocr, uplink};
    const QList<QByteArray> lines = fleetCsv({&device}, {u"ocr"_s, u"uplink"_s}, now).split('\n');
    QVERIFY2(lines.at(0).startsWith("jid,name,tags,address,meter number,cupboard,sim card,floor,notes,"
                                    "(id),(online),(last seen),(ocr),(uplink),(agent),"),
             lines.at(0));
    QVERIFY2(lines.at(1).startsWith("altimeter_0001@localhost,Mill,\"north, old\",,,,,2,,"
                                    "'=1+1,yes,2026-01-31T12:00:00Z,3,2 dead,"),
             lines.at(1));
}

void WordingTest::csvOfTheActivityHasALinePerEntry()
{
    records::ActivityEntry entry;
    entry.at = QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);
    entry.kind = records::ActivityKind::CommandFailed;
    entry.jid = u"a@b"_s;
    entry.number = 10;
    entry.subject = u"smart_meter_update"_s;
    entry.detail = u"=evil"_s;
    const QByteArray csv = activityCsv({entry, entry});
    QCOMPARE(csv.count("\r\n"), 3);
    QVERIFY(
        csv.contains("2026-01-31T12:00:00Z,a@b,command_failed,10,smart_meter_update,'=evil,Update #10 failed: =evil"));
}

void WordingTest::describesEveryActivityKind()
{
    for (int i = 0; i <= static_cast<int>(records::ActivityKind::PanelNotice); ++i) {
        const auto kind = static_cast<records::ActivityKind>(i);
        QVERIFY(!describe({0, {}, kind, {}, 1, u"ocr"_s, u"detail"_s, {}}).isEmpty());
    }
}

void WordingTest::describesAnActivity_data()
{
    using records::ActivityEntry;
    using records::ActivityKind;
    QTest::addColumn<ActivityEntry>("entry");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, ActivityKind kind, CommandNo number, const QString &subject,
                        const QString &detail, const records::Facts &facts, const QString &text) {
        QTest::newRow(name) << ActivityEntry{0, now, kind, u"a@b"_s, number, subject, detail, facts} << text;
    };
    row("failed on the device", ActivityKind::CommandFailed, 7, u"smart_meter_update"_s, u"HTTP 404"_s, {},
        u"Update #7 failed: HTTP 404"_s);
    row("failed here", ActivityKind::CommandFailed, 7, u"reboot_system"_s, u"item-not-found"_s,
        {{FactCode::Undeliverable, {}}}, u"Reboot #7 failed: the server could not deliver it: item-not-found"_s);
    row("an unknown command", ActivityKind::CommandDone, 7, u"new_one"_s, {}, {}, u"new_one #7 done"_s);
    row("died", ActivityKind::ProcessDied, 0, u"ocr"_s, {}, {{FactCode::ProcessExit, {u"1"_s, {}, u"61"_s}}},
        u"ocr died: exit code 1, last heartbeat 61 s before"_s);
    row("died, by a store of version 2", ActivityKind::ProcessDied, 0, u"ocr"_s, u"Exit-Code 1"_s, {},
        u"ocr died: Exit-Code 1"_s);
    row("two with one id", ActivityKind::IdentityProblem, 0, u"x"_s, {}, {{FactCode::ClaimsIdOf, {u"x"_s, u"c@b"_s}}},
        u"Identity in doubt: claims the id x of c@b"_s);
    row("logs", ActivityKind::LogsFailed, 7, {}, {}, {{FactCode::LogsRefusedByServer, {u"host"_s, u"500"_s}}},
        u"Logs could not be fetched: host answered HTTP 500 for the logs"_s);
}

void WordingTest::describesAnActivity()
{
    QFETCH(const records::ActivityEntry, entry);
    QFETCH(const QString, text);
    QCOMPARE(describe(entry), text);
}

void WordingTest::hasWordsForEveryFact()
{
    for (int i = 0; i <= static_cast<int>(FactCode::SpokeAs); ++i) {
        const auto code = static_cast<FactCode>(i);
        const QString words = phrase({code, {u"1"_s, u"2"_s, u"3"_s}});
        QVERIFY2(!words.isEmpty() && !words.contains(u'%'), qPrintable(QString(nameOf(code)) + u": "_s + words));
    }
}

void WordingTest::leavesValuesAsTheyAre()
{
    QCOMPARE(phrase({FactCode::StoreOfOther, {u"%2"_s, u"%1"_s}}),
             u"the store belongs to %2, not to %1; choose another store file"_s);
    QCOMPARE(phrase({FactCode::StoreOfOther, {}}), u"the store belongs to %1, not to %2; choose another store file"_s);
}

void WordingTest::writesTimesAsTheReaderDoes()
{
    const auto shown = [](const QDateTime &utc) {
        return QLocale().toString(utc.toLocalTime(), QLocale::ShortFormat);
    };
    const QDateTime until = now.addSecs(900);
    const QString seenText = now.toString(Qt::ISODate);
    QCOMPARE(phrase({FactCode::RolloutPlaceKept, {seenText, until.toString(Qt::ISODate)}}),
             u"last seen at %1; its result is awaited, and its place is kept until %2"_s.arg(shown(now), shown(until)));
    QCOMPARE(phrase({FactCode::RolloutPlaceFree, {seenText}}),
             u"last seen at %1; its result is awaited, and others may have its place meanwhile"_s.arg(shown(now)));
    QCOMPARE(phrase({FactCode::RolloutAbsent, {seenText}}),
             u"last seen at %1; its result is awaited"_s.arg(shown(now)));
    QVERIFY(phrase({FactCode::RolloutPlaceFree, {u"no time"_s}}).startsWith(u"last seen at no time;"_s));
}

void WordingTest::joinsFactsAndTheTextBehindThem()
{
    const records::Problem offline(Error{ErrorCode::Network, u"not connected to the server"_s});
    QCOMPARE(sentence(offline), u"not connected to the server"_s);
    QCOMPARE(sentence(offline.withContext(FactCode::FileNotUploaded)),
             u"the file could not be uploaded: not connected to the server"_s);
    QCOMPARE(sentence({ErrorCode::NotFound, FactCode::PasswordFileMissing, {u"/p"_s}}),
             u"there is no password file /p"_s);
    QCOMPARE(standing(sentence(offline)), u"Not connected to the server"_s);
    QCOMPARE(standing({}), QString());
}

void WordingTest::speaksGerman()
{
    QTranslator german;
    QVERIFY(german.load(QStringLiteral(SGN_GERMAN)));
    QVERIFY(QCoreApplication::installTranslator(&german));
    for (int i = 0; i <= static_cast<int>(FactCode::SpokeAs); ++i) {
        const auto code = static_cast<FactCode>(i);
        const records::Fact fact{code, {u"1"_s, u"2"_s}};
        const QString translated = phrase(fact);
        QCoreApplication::removeTranslator(&german);
        const bool isSame = translated == phrase(fact);
        QCoreApplication::installTranslator(&german);
        // A path in front of a cause and a duration are the same in both.
        const bool mayBeSame = code == FactCode::InFile || code == FactCode::OfflineFor;
        QVERIFY2(isSame == mayBeSame, qPrintable(QString(nameOf(code)) + u": "_s + translated));
    }
    const records::Problem offline(Error{ErrorCode::Network, u"not connected to the server"_s});
    QCOMPARE(sentence(offline.withContext(FactCode::FileNotUploaded)),
             u"die Datei konnte nicht hochgeladen werden: keine Verbindung (not connected to the server)"_s);
    QCoreApplication::removeTranslator(&german);
}

void WordingTest::describesADeath_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("signal");
    QTest::addColumn<double>("age");
    QTest::addColumn<QString>("text");
    QTest::newRow("code") << 1 << 0 << -1.0 << u"exit code 1"_s;
    QTest::newRow("signal") << -1 << 9 << 61.2 << u"killed by signal 9, last heartbeat 61 s before"_s;
    QTest::newRow("hung") << -1 << 0 << 61.0 << u"last heartbeat 61 s before"_s;
    QTest::newRow("huge") << -1 << 0 << 1e300 << u"last heartbeat 1000000000 s before"_s;
    QTest::newRow("nothing") << -1 << 0 << -1.0 << QString();
}

void WordingTest::describesADeath()
{
    QFETCH(const int, code);
    QFETCH(const int, signal);
    QFETCH(const double, age);
    QFETCH(const QString, text);
    LastExit exit;
    exit.code = code;
    if (signal > 0) {
        exit.signal = signal;
    }
    exit.heartbeatAgeS = age;
    QCOMPARE(deathText(exit), text);
}

void WordingTest::describesAPlan()
{
    rollouts::RolloutPlan plan;
    plan.targets.all = true;
    QCOMPARE(planText(plan),
             u"all devices · waves 3, 5%, 25%, 100% · 50 at the same time · 95% of a wave must run it for "
             "15 min · stops above 5% failed or 10% vanished"_s);
    plan.targets = {{u"a@example.org"_s, u"b@example.org"_s}, u"north"_s, u"ocr<3"_s, false, true};
    plan.growth = rollouts::Growth{2, 5};
    plan.window = rollouts::Window{QTime(22, 0), QTime(4, 30), true, 0};
    plan.networks = {u"ethernet"_s, u"wifi"_s};
    plan.notAfter = QDateTime(QDate(2026, 12, 24), QTime(18, 0)).toUTC();
    const QString text = planText(plan);
    for (const QString &part :
         {u"2 chosen device(s), tag north, where ocr<3, also later ones"_s, u"2 at the same time at first, up to 50"_s,
          u"22:00 to 04:30 at the device"_s, u"only over ethernet, wifi"_s,
          u"until "_s + QLocale().toString(plan.notAfter.toLocalTime(), QLocale::ShortFormat)}) {
        QVERIFY2(text.contains(part), qPrintable(text));
    }
}

void WordingTest::roundsDurations_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("clock was set back") << qint64{-5} << u"now"_s;
    QTest::newRow("zero") << qint64{0} << u"now"_s;
    QTest::newRow("seconds") << qint64{59} << u"59 s"_s;
    QTest::newRow("minutes") << qint64{3599} << u"59 min"_s;
    QTest::newRow("hours") << qint64{86'399} << u"23 h"_s;
    QTest::newRow("days") << qint64{86'400} << u"1 d"_s;
}

void WordingTest::roundsDurations()
{
    QFETCH(const qint64, seconds);
    QFETCH(const QString, text);
    QCOMPARE(durationText(seconds), text);
}

QTEST_GUILESS_MAIN(WordingTest)
#include "tst_wording.moc"
