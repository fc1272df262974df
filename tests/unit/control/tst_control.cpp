// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/Control.h"

#include <QTest>

using namespace sgn;
using namespace sgn::control;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(sgn::control::RequestBody)
Q_DECLARE_METATYPE(sgn::control::ReplyBody)

class ControlTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStatusIsNeverTooLongToBeHeard_data()
    {
        QTest::addColumn<int>("processes");
        QTest::addColumn<qsizetype>("lines");
        QTest::newRow("one, all of it") << 1 << qsizetype(20);
        QTest::newRow("some, the last lines") << 4 << qsizetype(5);
        QTest::newRow("many, the last line") << 20 << qsizetype(1);
        QTest::newRow("as many as there can be, none") << 64 << qsizetype(0);
    }

    void aStatusIsNeverTooLongToBeHeard()
    {
        QFETCH(const int, processes);
        QFETCH(const qsizetype, lines);
        StatusReply status;
        for (int i = 0; i < processes; ++i) {
            ProcessReport process;
            process.name = u"process-%1"_s.arg(i);
            process.version = i;
            process.state = ProcessState::CrashLoop;
            process.lastExit.emplace();
            process.lastExit->code = 1;
            for (int n = 0; n < 20; ++n) {
                process.lastExit->lastLines += QString(399, u'ä') + QChar(u'a' + n); // as much as is kept of a line
            }
            status.processes += process;
        }
        const QByteArray line = encode(Reply{7, status});
        QVERIFY2(line.size() <= 64 * 1024, QByteArray::number(line.size()));
        const auto parsed = parseWatchdogLine(line.chopped(1));
        QVERIFY2(parsed.has_value(), parsed ? "" : qPrintable(parsed.error().message));
        const auto &reply = std::get<Reply>(*parsed);
        QCOMPARE(reply.id, RequestId(7));
        const auto &heard = std::get<StatusReply>(*reply.body).processes;
        QCOMPARE(heard.size(), processes);
        for (int i = 0; i < processes; ++i) {
            QCOMPARE(heard[i].name, status.processes[i].name);
            QCOMPARE(heard[i].lastExit->code, std::optional(1));
            QCOMPARE(heard[i].lastExit->lastLines, status.processes[i].lastExit->lastLines.last(lines));
        }
    }

    void requestsComeBack_data()
    {
        QTest::addColumn<control::RequestBody>("body");
        QTest::newRow("hello") << RequestBody(Hello{3});
        QTest::newRow("status") << RequestBody(Status{});
        QTest::newRow("hold") << RequestBody(Hold{Component::SmartMeter, 60});
        QTest::newRow("release") << RequestBody(Release{Component::SmartMeter, {{u"ocr"_s, 2}}});
        QTest::newRow("restart") << RequestBody(Restart{u"ocr"_s});
        QTest::newRow("swap") << RequestBody(SwapAgent{u"/root/downloads/staged"_s, 2, 120, false});
        QTest::newRow("online") << RequestBody(Online{});
        QTest::newRow("reboot") << RequestBody(Reboot{});
        QTest::newRow("hold for packages") << RequestBody(Hold{Component::SitePackages, 60});
        QTest::newRow("swap status") << RequestBody(SwapStatus{});
        QTest::newRow("swap watchdog") << RequestBody(
            SwapWatchdog{u"10:ab"_s, u"/root/downloads/w.zip"_s, 3, QByteArray(32, '\x9f'), u"a.b.c"_s, 90, true});
        QTest::newRow("swap watchdog, plain")
            << RequestBody(SwapWatchdog{u"k"_s, u"/w.zip"_s, 0, QByteArray(32, 'x'), {}, 1, false});
        QTest::newRow("the watchdog before") << RequestBody(SwapWatchdog{u"11:ab"_s, {}, 0, {}, {}, 90, false, true});
        QTest::newRow("watchdog swap status") << RequestBody(WatchdogSwapStatus{});
    }

    void requestsComeBack()
    {
        QFETCH(control::RequestBody, body);
        const Request request{7, body};
        QByteArray line = encode(request);
        QVERIFY(line.endsWith('\n'));
        line.chop(1);
        QVERIFY(!line.contains('\n'));
        const auto parsed = parseRequest(line);
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().message));
        QCOMPARE(*parsed, request);
    }

    void repliesComeBack_data()
    {
        QTest::addColumn<control::ReplyBody>("body");
        ProcessReport process;
        process.name = u"ocr"_s;
        process.state = ProcessState::Running;
        QTest::newRow("done") << ReplyBody(Done{});
        QTest::newRow("hello") << ReplyBody(HelloReply{2});
        QTest::newRow("status") << ReplyBody(StatusReply{{process}});
        QTest::newRow("swap status") << ReplyBody(SwapStatusReply{SwapState::RolledBack, 2, u"never online"_s});
        QTest::newRow("no watchdog swap")
            << ReplyBody(WatchdogSwapReply{WatchdogSwapState::None, {}, 4, ErrorCode::Internal, {}});
        QTest::newRow("watchdog swap failed") << ReplyBody(
            WatchdogSwapReply{WatchdogSwapState::Failed, u"10:ab"_s, 4, ErrorCode::HashMismatch, u"another zip"_s});
        QTest::newRow("watchdog rolled back") << ReplyBody(
            WatchdogSwapReply{WatchdogSwapState::RolledBack, u"10:ab"_s, 4, ErrorCode::NotHealthy, u"it hangs"_s});
        QTest::newRow("watchdog confirming")
            << ReplyBody(WatchdogSwapReply{WatchdogSwapState::Confirming, u"10:ab"_s, 5, ErrorCode::Internal, {}});
    }

    void repliesComeBack()
    {
        QFETCH(control::ReplyBody, body);
        const auto line = parseWatchdogLine(encode(Reply{9, body}).chopped(1));
        QVERIFY2(line, line ? "" : qPrintable(line.error().message));
        const auto &reply = std::get<Reply>(*line);
        QCOMPARE(reply.id, 9U);
        QVERIFY(reply.body && *reply.body == body);
    }

    void refusalsComeBack()
    {
        const Error error{ErrorCode::Refused, u"not below downloads"_s};
        const auto line = parseWatchdogLine(encode(Reply{9, fail(error)}).chopped(1));
        QVERIFY(line);
        const auto &reply = std::get<Reply>(*line);
        QVERIFY(!reply.body);
        QCOMPARE(reply.body.error(), error);
    }

    void eventsComeBack()
    {
        ProcessReport process;
        process.name = u"ocr"_s;
        process.isDead = true;
        for (const Event &event : {Event(ProcessChanged{process}), Event(SwapChanged{{SwapState::Confirmed, 2, {}}})}) {
            const auto line = parseWatchdogLine(encode(event).chopped(1));
            QVERIFY(line);
            QCOMPARE(std::get<Event>(*line), event);
        }
    }

    void refusesHostileRequests_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no id") << QByteArray(R"({"request":"status"})");
        QTest::newRow("negative id") << QByteArray(R"({"id":-1,"request":"status"})");
        QTest::newRow("unknown") << QByteArray(R"({"id":1,"request":"shell"})");
        QTest::newRow("hold for ever") << QByteArray(
            R"({"id":1,"request":"hold","component":"SmartMeter","seconds":99999})");
        QTest::newRow("hold of the root") << QByteArray(R"({"id":1,"request":"hold","component":"..","seconds":9})");
        QTest::newRow("swap without folder")
            << QByteArray(R"({"id":1,"request":"swap_agent","version":2,"timeout_s":9})");
        const auto swap = [](const QByteArray &fields) {
            return QByteArray(R"({"id":1,"request":"swap_watchdog","zip":"/z","version":2,)" + fields + '}');
        };
        const QByteArray hash = R"("sha256":"HASH",)";
        const QByteArray whole = QByteArray(hash).replace("HASH", QByteArray(64, 'a'));
        QTest::newRow("watchdog without a key") << swap(whole + R"("timeout_s":9)");
        QTest::newRow("watchdog with no hash") << swap(hash + R"("timeout_s":9,"key":"k")");
        QTest::newRow("watchdog for ever") << swap(whole + R"("timeout_s":99999,"key":"k")");
        QTest::newRow("release without list") << QByteArray(R"({"id":1,"request":"release","component":"SmartMeter"})");
    }

    void refusesHostileRequests()
    {
        QFETCH(QByteArray, line);
        QVERIFY(!parseRequest(line));
    }

    void refusesHostileReplies_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no id") << QByteArray(R"({"reply":"done"})");
        QTest::newRow("unknown") << QByteArray(R"({"id":1,"reply":"shell"})");
        QTest::newRow("a swap in a state of its own")
            << QByteArray(R"({"id":1,"reply":"swap_status","state":"great","version":1})");
        QTest::newRow("a swap of no version") << QByteArray(R"({"id":1,"reply":"swap_status","state":"none"})");
        QTest::newRow("a watchdog's swap in a state of its own")
            << QByteArray(R"({"id":1,"reply":"watchdog_swap_status","state":"great","running":1})");
        QTest::newRow("a process twice") << QByteArray(
            R"({"id":1,"reply":"status","processes":[{"process_name":"p","version":1,"isDead":false},)"
            R"({"process_name":"p","version":1,"isDead":false}]})");
    }

    void refusesHostileReplies()
    {
        QFETCH(QByteArray, line);
        QVERIFY(!parseWatchdogLine(line));
    }

    void findsTheIdOfARefusedRequest()
    {
        QCOMPARE(requestIdOf(R"({"id":5,"request":"shell"})"), std::optional<RequestId>(5));
        QVERIFY(!requestIdOf("nonsense"));
        QVERIFY(!requestIdOf(R"({"id":"5"})"));
    }
};

QTEST_GUILESS_MAIN(ControlTest)
#include "tst_control.moc"
