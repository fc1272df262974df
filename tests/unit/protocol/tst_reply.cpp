// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Json.h"
#include "protocol/Reply.h"

#include <QJsonDocument>
#include <QTest>

using namespace sgn;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);

ProcessReport deadProcess()
{
    ProcessReport process;
    process.name = u"ocr"_s;
    process.version = 3;
    process.isDead = true;
    process.state = ProcessState::CrashLoop;
    process.pid = 444;
    process.since = noon;
    process.restarts24h = 6;
    process.lastExit = LastExit{1, std::nullopt, noon, 61.0, {u"Traceback"_s, u"camera not found"_s}};
    process.problem = u"cannot find /SmartMeter/ocr.py"_s;
    process.isHopeless = true;
    return process;
}

} // namespace

class ReplyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesTheSeedsResultWithBothSpellings()
    {
        CommandResult result;
        result.number = 10;
        result.from = u"b8:27:eb:12:34:56"_s;
        result.success = true;
        const QJsonObject json = QJsonDocument::fromJson(encode(result)).object();
        QCOMPARE(json, (QJsonObject{{"command_no"_L1, 10},
                                    {"from"_L1, "b8:27:eb:12:34:56"_L1},
                                    {"succcess"_L1, true},
                                    {"success"_L1, true},
                                    {"remarks"_L1, ""_L1}}));
    }

    void writesTheSeedsVersionReport()
    {
        VersionReport report;
        report.from = u"id"_s;
        ProcessReport process;
        process.name = u"process1"_s;
        process.version = 1;
        report.processes = {process};
        const QByteArray expected = "{\"command\":\"version_req\",\"from\":\"id\",\"processes\":"
                                    "[{\"isDead\":false,\"process_name\":\"process1\",\"version\":1}]}";
        QCOMPARE(encode(report), expected);
    }

    void writesTheSeedsLogsReply()
    {
        LogsReply reply;
        reply.from = u"id"_s;
        reply.success = true;
        const QByteArray expected = R"({"command":"upload_logs","from":"id","success":true})";
        QCOMPARE(encode(reply), expected);
    }

    void readsTheSeedsReplies_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<qsizetype>("alternative");
        QTest::newRow("result, three c") << QByteArray(R"({"command_no": 10,"from":"id","succcess":true,"remarks":""})")
                                         << qsizetype{0};
        QTest::newRow("result, two c") << QByteArray(R"({"command_no": 10,"from":"id","success":false,"remarks":"x"})")
                                       << qsizetype{0};
        QTest::newRow("version report")
            << QByteArray(
                   R"({"command":"version_req","from":"id","processes":[{"process_name":"p","version":1,"isDead":true}]})")
            << qsizetype{1};
        QTest::newRow("logs") << QByteArray(R"({"command":"upload_logs","from":"id","success":true})") << qsizetype{2};
    }

    void readsTheSeedsReplies()
    {
        QFETCH(QByteArray, body);
        QFETCH(qsizetype, alternative);
        const auto message = parseDeviceMessage(body);
        QVERIFY2(message, message ? "" : qPrintable(message.error().message));
        QCOMPARE(static_cast<qsizetype>(message->index()), alternative);
    }

    void everythingOfOursComesBack()
    {
        CommandResult result;
        result.number = 7;
        result.from = u"id"_s;
        result.remarks = u"download failed: HTTP 404 from example.com"_s;
        result.command = u"smart_meter_update"_s;
        result.error = ErrorCode::DownloadFailed;
        result.durationS = 1.5;
        result.bytes = 123456789012;
        result.rolledBack = true;
        result.log = QStringList{u"update 7: confirming"_s, u"ocr: Traceback"_s};
        result.request = u"b1946ac92492d234"_s;
        QCOMPARE(std::get<CommandResult>(parseDeviceMessage(encode(result)).value()), result);

        VersionReport report{u"id"_s, {deadProcess()}, {}};
        report.facts = {2, 3, u"Debian 12"_s, u"Raspberry Pi 4 B"_s, 3600, 11200, 512, 54.5, -0.25, 4};
        QCOMPARE(std::get<VersionReport>(parseDeviceMessage(encode(report)).value()), report);

        const LogsReply logs{u"id"_s,
                             true,
                             QUrl(u"https://a.example/l.zip"_s),
                             5,
                             QByteArray(32, 'x'),
                             u"ok"_s,
                             9,
                             u"b1946ac92492d234"_s};
        QCOMPARE(std::get<LogsReply>(parseDeviceMessage(encode(logs)).value()), logs);

        const ProgressReport progress{7, u"id"_s, u"downloading"_s, 40};
        QCOMPARE(std::get<ProgressReport>(parseDeviceMessage(encode(progress)).value()), progress);
        const ProgressReport held{
            7, u"id"_s, u"waiting"_s, 0, u"cfg/hold exists on the device"_s, u"b1946ac92492d234"_s};
        QCOMPARE(std::get<ProgressReport>(parseDeviceMessage(encode(held)).value()), held);

        for (const auto wait : {ProgressReport::Wait::Hold, ProgressReport::Wait::Window}) {
            const ProgressReport waiting{7, u"id"_s, u"waiting"_s, 0, u"waits"_s, {}, wait};
            QCOMPARE(std::get<ProgressReport>(parseDeviceMessage(encode(waiting)).value()), waiting);
        }
        // A device to come may wait for other things.
        QByteArray other = encode(ProgressReport{7, u"id"_s, u"waiting"_s, 0, u"waits"_s});
        other.insert(1, R"("waits_for":"daylight",)");
        QCOMPARE(std::get<ProgressReport>(parseDeviceMessage(other).value()).waitsFor, std::nullopt);

        const ProcessEvent event{u"id"_s, deadProcess()};
        QCOMPARE(std::get<ProcessEvent>(parseDeviceMessage(encode(event)).value()), event);
    }

    // The makers of old devices write the versions of their programs their own way.
    void releaseVersionsMayBeTexts()
    {
        const auto message = parseDeviceMessage(
            R"({"command":"version_req","from":"a","processes":[{"process_name":"ocr","version":1,"isDead":false}],
                "agent_version":"1.3.2","watchdog_version":"7","packages_version":2.0})");
        QVERIFY(message);
        const VersionReport report = std::get<VersionReport>(*message);
        QCOMPARE(report.facts.agentVersion.text(), u"1.3.2"_s);
        QCOMPARE(report.facts.watchdogVersion, ReportedVersion(7));
        QCOMPARE(report.facts.packagesVersion, ReportedVersion(2));
        QCOMPARE(std::get<VersionReport>(parseDeviceMessage(encode(report)).value()), report);
    }

    // Older devices report no more than the exit code.
    void aDeathWithoutATimeComesBack()
    {
        const auto event = parseDeviceMessage(
            R"({"command":"process_event","from":"mac","process":{"process_name":"ocr","version":1,"isDead":true,)"
            R"("last_exit":{"code":1}}})");
        QVERIFY(event.has_value());
        const auto again = parseDeviceMessage(encode(std::get<ProcessEvent>(*event)));
        QVERIFY(again.has_value());
        QCOMPARE(*again, *event);
    }

    void dropsLastLinesRatherThanGrowTooLarge()
    {
        VersionReport report;
        report.from = u"id"_s;
        for (int i = 0; i < 20; ++i) {
            ProcessReport process = deadProcess();
            process.name += QString::number(i);
            process.lastExit->lastLines.fill(QString(300, u'ä'), 20);
            report.processes += process;
        }
        const QByteArray body = encode(report);
        QVERIFY(body.size() <= maxBodySize);
        const auto parsed = std::get<VersionReport>(parseDeviceMessage(body).value());
        QCOMPARE(parsed.processes.size(), report.processes.size());
        QVERIFY(parsed.processes.first().lastExit->lastLines.isEmpty());
    }

    void sendsTheEndOfALongLog()
    {
        CommandResult result;
        result.number = 7;
        result.from = u"id"_s;
        for (int i = 0; i < 30; ++i) {
            result.log += QString::number(i) + QString(1000, u'x');
        }
        const auto shortened = std::get<CommandResult>(parseDeviceMessage(encode(result)).value());
        QCOMPARE(shortened.log.size(), 20);
        QVERIFY(shortened.log.first().startsWith(u"10x"_s));
        QCOMPARE(shortened.log.first().size(), 512);

        // Every one of these characters takes six bytes.
        result.log.fill(QString(512, u'\u00e4'), 20);
        result.remarks = QString(1000, u'\u00e4');
        const QByteArray body = encode(result);
        QVERIFY(body.size() <= maxBodySize);
        QVERIFY(std::get<CommandResult>(parseDeviceMessage(body).value()).log.isEmpty());
    }

    void aReportCanAlwaysBeSent_data()
    {
        QTest::addColumn<int>("processes");
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("isWhole");
        QTest::newRow("few") << 3 << u"ocr"_s << true;
        QTest::newRow("as many as there may be") << 256 << u"ocr"_s << true;
        QTest::newRow("long names") << 256 << QString(120, u'x') << true;
        QTest::newRow("long names of other alphabets") << 256 << QString(120, QChar(0x0936)) << false;
        QTest::newRow("long names outside the basic plane") << 256 << u"🙂"_s.repeated(60) << false;
    }

    void aReportCanAlwaysBeSent()
    {
        QFETCH(const int, processes);
        QFETCH(const QString, name);
        QFETCH(const bool, isWhole);
        VersionReport report;
        report.from = u"b8:27:eb:12:34:56"_s;
        for (int i = 0; i < processes; ++i) {
            ProcessReport process;
            process.name = name + QString::number(i);
            process.version = i;
            process.isDead = i % 16 == 15;
            process.state = process.isDead ? ProcessState::CrashLoop : ProcessState::Running;
            process.lastExit = LastExit{};
            process.lastExit->lastLines = QStringList(20, QString(400, QChar(0x6c34)));
            report.processes += process;
        }
        const QByteArray body = encode(report);
        QVERIFY2(body.size() <= maxBodySize, qPrintable(QString::number(body.size())));
        const auto message = parseDeviceMessage(body);
        QVERIFY2(message.has_value(), message ? "" : qPrintable(message.error().message));
        const auto &sent = std::get<VersionReport>(*message);
        QCOMPARE(sent.processes.size() + sent.facts.processesOmitted, processes);
        QCOMPARE(sent.facts.processesOmitted == 0, isWhole);
        const auto dead = std::ranges::count(sent.processes, true, &ProcessReport::isDead);
        QCOMPARE(dead, processes / 16);
    }

    void refusesHostileReports_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("text") << QByteArray("hi there");
        QTest::newRow("the panel's own request") << QByteArray(R"({"command":"version_req"})");
        QTest::newRow("number below 1") << QByteArray(R"({"command_no":0,"from":"a","success":true})");
        QTest::newRow("a result without a number") << QByteArray(R"({"command_no":{},"from":"a","success":true})");
        QTest::newRow("a result that is neither") << QByteArray(R"({"command_no":1,"from":"a","success":"perhaps"})");
        QTest::newRow("processes that are no list")
            << QByteArray(R"({"command":"version_req","from":"a","processes":{"ocr":1}})");
        QTest::newRow("no good entry among the processes") << QByteArray(
            R"({"command":"version_req","from":"a","processes":[{"process_name":"../x","version":1,"isDead":false},7]})");
        QTest::newRow("progress of no state")
            << QByteArray(R"({"command":"progress","command_no":1,"from":"a","percent":40})");
        QTest::newRow("logs in a local file") << QByteArray(
            "{\"command\":\"upload_logs\",\"from\":\"a\",\"success\":true,\"url\":\"file:///etc/passwd\"}");
        QTest::newRow("logs in the clear") << QByteArray(
            "{\"command\":\"upload_logs\",\"from\":\"a\",\"success\":true,\"url\":\"http://a.example/l\"}");
        QTest::newRow("an address with spaces") << QByteArray(
            "{\"command\":\"upload_logs\",\"from\":\"a\",\"success\":true,\"url\":\"https://a.example/l i?p\"}");
        QTest::newRow("event without process") << QByteArray(R"({"command":"process_event","from":"a"})");
    }

    void refusesHostileReports()
    {
        QFETCH(QByteArray, body);
        const auto message = parseDeviceMessage(body);
        QVERIFY(!message);
        QVERIFY(!message.error().message.isEmpty());
    }

    // Whoever programs a device from the description writes it a little differently.
    void readsWhatIsWrittenAnotherWay_data()
    {
        QTest::addColumn<QByteArray>("entry"); // of the processes
        QTest::addColumn<QString>("version");
        QTest::addColumn<bool>("isDead");
        QTest::addColumn<int>("notes");
        const auto row = [](const char *name, const QByteArray &fields, const QString &version, bool isDead,
                            int notes) {
            QTest::newRow(name) << "{\"process_name\":\"ocr\"," + fields + '}' << version << isDead << notes;
        };
        row("as it should be", R"("version":1,"isDead":false)", u"1"_s, false, 0);
        row("a version with dots", R"("version":"1.3.2","isDead":true)", u"1.3.2"_s, true, 0);
        row("a number as a text", R"("version":"12","isDead":false)", u"12"_s, false, 0);
        row("a whole number with a fraction", R"("version":2.0,"isDead":false)", u"2"_s, false, 0);
        row("a fraction", R"("version":1.3,"isDead":false)", u"1.3"_s, false, 0);
        row("a version below zero", R"("version":-1,"isDead":false)", u"-1"_s, false, 0);
        row("a large one", R"("version":20260131120000,"isDead":false)", u"20260131120000"_s, false, 0);
        row("no version", R"("isDead":false)", u"?"_s, false, 1);
        row("a version that is none", R"("version":[1,3],"isDead":false)", u"?"_s, false, 2);
        row("one", R"("version":1,"isDead":1)", u"1"_s, true, 0);
        row("zero", R"("version":1,"isDead":0)", u"1"_s, false, 0);
        row("true as a text", R"("version":1,"isDead":"True")", u"1"_s, true, 0);
        row("false as a text", R"("version":1,"isDead":"false")", u"1"_s, false, 0);
        row("dead or not isn't known", R"("version":1,"isDead":"perhaps")", u"1"_s, false, 2);
        row("no isDead", R"("version":1)", u"1"_s, false, 1);
        row("the state shows it", R"("version":1,"state":"crash_loop")", u"1"_s, true, 0);
        row("no pid", R"("version":1,"isDead":false,"pid":"none")", u"1"_s, false, 1);
        row("a time without a zone", R"("version":1,"isDead":false,"since":"2026-01-31 12:00")", u"1"_s, false, 1);
        row("an exit that is a text", R"("version":1,"isDead":true,"last_exit":"killed")", u"1"_s, true, 1);
        row("one text for the last lines", R"("version":1,"isDead":true,"last_exit":{"code":"1","last_lines":"a\nb"})",
            u"1"_s, true, 0);
    }

    void readsWhatIsWrittenAnotherWay()
    {
        QFETCH(const QByteArray, entry);
        QFETCH(const QString, version);
        QFETCH(const bool, isDead);
        QFETCH(const int, notes);
        const auto reading = readDeviceMessage("{\"command\":\"version_req\",\"from\":\"id\",\"processes\":[" + entry +
                                               ",{\"process_name\":\"uplink\",\"version\":7,\"isDead\":false}],"
                                               "\"uptime_s\":\"3600\",\"disk_free_mb\":11.5}");
        QVERIFY2(reading, reading ? "" : qPrintable(reading.error().message));
        QVERIFY2(reading->notes.size() == notes, qPrintable(reading->notes.join(u'\n')));
        const auto &report = std::get<VersionReport>(reading->message);
        QCOMPARE(report.processes.size(), 2);
        QCOMPARE(versionOf(report.processes.at(0)), version);
        QCOMPARE(report.processes.at(0).isDead, isDead);
        QCOMPARE(report.processes.at(1).version, 7);
        QCOMPARE(report.facts.uptimeS, std::optional<qint64>(3600));
        QCOMPARE(report.facts.diskFreeMb, std::optional<qint64>(11));
        // The store keeps it in the same words.
        QCOMPARE(std::get<VersionReport>(parseDeviceMessage(encode(report)).value()), report);
    }

    void takesTheGoodEntries()
    {
        const auto reading = readDeviceMessage(R"({"command":"version_req","processes":[
            {"process_name":"ocr","version":1,"isDead":false}, {"version":3}, 5, {"process_name":"a/../b","version":1,"isDead":false},
            {"process_name":"uplink","version":1,"isDead":false}, {"process_name":"uplink","version":2,"isDead":true},
            {"process_name":"ocr","version":9,"isDead":false}]})");
        QVERIFY(reading);
        const auto &report = std::get<VersionReport>(reading->message);
        QCOMPARE(report.from, QString());
        QCOMPARE(report.processes.size(), 2);
        QCOMPARE(report.processes.at(0).version, 1);
        // Two of one name: what doesn't run matters more.
        QCOMPARE(report.processes.at(1).version, 2);
        QVERIFY(report.processes.at(1).isDead);
        QCOMPARE(reading->notes.size(), 5);
        QVERIFY2(reading->notes.contains(u"\"processes\" names the process uplink twice"_s),
                 qPrintable(reading->notes.join(u'\n')));

        QByteArray many = "{\"command\":\"version_req\",\"from\":5,\"processes\":[";
        for (int i = 0; i < 300; ++i) {
            many += "{\"process_name\":\"p" + QByteArray::number(i) + "\",\"version\":1,\"isDead\":false},";
        }
        many.chop(1);
        const auto all = readDeviceMessage(many + "]}");
        QVERIFY(all);
        QCOMPARE(std::get<VersionReport>(all->message).processes.size(), maxProcesses);
        QCOMPARE(std::get<VersionReport>(all->message).from, u"5"_s);
        QCOMPARE(all->notes.size(), 1);
    }

    void showsNamesOfOtherHands_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("isShown");
        QTest::newRow("plain") << u"ocr"_s << true;
        QTest::newRow("a path") << u"SmartMeter/process1.py"_s << true;
        QTest::newRow("dots within") << u"a..b/c."_s << true;
        QTest::newRow("above") << u"../x"_s << false;
        QTest::newRow("above, later") << u"a/../x"_s << false;
        QTest::newRow("from the root") << u"/etc/passwd"_s << false;
        QTest::newRow("a folder") << u"a/"_s << false;
        QTest::newRow("an empty part") << u"a//b"_s << false;
        QTest::newRow("hidden") << u"a/.b"_s << false;
        QTest::newRow("as long as may be") << u"a/"_s + QString(maxProcessNameLength - 2, u'b') << true;
    }

    void showsNamesOfOtherHands()
    {
        QFETCH(const QString, name);
        QFETCH(const bool, isShown);
        const QJsonObject other{{u"process_name"_s, u"other"_s}, {u"version"_s, 1}, {u"isDead"_s, false}};
        QJsonObject process = other;
        process[u"process_name"_s] = name;
        const QJsonObject report{{u"command"_s, u"version_req"_s}, {u"processes"_s, QJsonArray{process, other}}};
        const auto reading = readDeviceMessage(QJsonDocument(report).toJson());
        QVERIFY(reading);
        const QList<ProcessReport> processes = std::get<VersionReport>(reading->message).processes;
        QCOMPARE(processes.size(), isShown ? 2 : 1);
        QCOMPARE(processes.first().name, isShown ? name : u"other"_s);
        QCOMPARE(reading->notes.isEmpty(), isShown);
        // Whatever is shown: no command names it.
        QCOMPARE(isValidProcessName(name), isShown && !name.contains(u'/'));
    }

    void readsResultsThatAreWrittenAnotherWay_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("success");
        QTest::newRow("a word") << QByteArray(R"({"command_no":10,"from":"a","succcess":"true","remarks":""})") << true;
        QTest::newRow("zero") << QByteArray(R"({"command_no":10,"from":"a","success":0})") << false;
        QTest::newRow("a number as a text") << QByteArray(R"({"command_no":"10","from":"a","succcess":true})") << true;
        QTest::newRow("a whole number with a fraction") << QByteArray(R"({"command_no":10.0,"succcess":true})") << true;
        QTest::newRow("no from, no remarks") << QByteArray(R"({"command_no":10,"succcess":true})") << true;
        QTest::newRow("null") << QByteArray(R"({"command_no":10,"succcess":true,"from":null,"remarks":null})") << true;
        QTest::newRow("long remarks") << "{\"command_no\":10,\"success\":false,\"remarks\":\"" + QByteArray(9000, 'x') +
                                             "\"}"
                                      << false;
        QTest::newRow("remarks that are none")
            << QByteArray(R"({"command_no":10,"success":true,"remarks":[1]})") << true;
        QTest::newRow("a text for the log") << QByteArray(R"({"command_no":10,"success":false,"log":"a\nb"})") << false;
        QTest::newRow("a from with a line break")
            << QByteArray(R"({"command_no":10,"success":true,"from":"a\nb"})") << true;
    }

    void readsResultsThatAreWrittenAnotherWay()
    {
        QFETCH(const QByteArray, body);
        QFETCH(const bool, success);
        const auto message = parseDeviceMessage(body);
        QVERIFY2(message, message ? "" : qPrintable(message.error().message));
        const auto &result = std::get<CommandResult>(*message);
        QCOMPARE(result.number, CommandNo{10});
        QCOMPARE(result.success, success);
        QVERIFY(result.remarks.size() <= 4096);
        QVERIFY(!result.from.contains(u'\n'));
    }

    void knowsNoStateOfLaterVersions()
    {
        const auto message = parseDeviceMessage(
            R"({"command":"version_req","from":"a","processes":[{"process_name":"p","version":1,"isDead":false,"state":"later"}]})");
        QVERIFY(message);
        QCOMPARE(std::get<VersionReport>(*message).processes.first().state, ProcessState::Unknown);
    }
};

QTEST_GUILESS_MAIN(ReplyTest)
#include "tst_reply.moc"
