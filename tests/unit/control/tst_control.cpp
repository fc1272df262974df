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
    void aStatusIsNeverLongerThanALine_data()
    {
        QTest::addColumn<int>("processes");
        QTest::addColumn<qsizetype>("lines");
        QTest::newRow("one, all of it") << 1 << qsizetype{20};
        QTest::newRow("some, the last lines") << 4 << qsizetype{5};
        QTest::newRow("many, the last line") << 20 << qsizetype{1};
        QTest::newRow("as many as there can be, none") << 64 << qsizetype{0};
    }

    void aStatusWithManyProblemsIsNoLongerEither()
    {
        StatusReply status;
        for (int i = 0; i < 64; ++i) {
            ProcessReport process;
            process.name = u"process-%1"_s.arg(i);
            process.problem = QString(maxProblemLength, u'ä');
            status.processes += process;
        }
        const QByteArray line = encode(Reply{7, status});
        QVERIFY2(line.size() <= 64 * 1024, QByteArray::number(line.size()));
        const auto parsed = parseWatchdogLine(line.chopped(1));
        QVERIFY(parsed.has_value());
        QVERIFY(!std::get<StatusReply>(*std::get<Reply>(*parsed).body).processes.front().problem.isEmpty());
    }

    void aStatusIsNeverLongerThanALine()
    {
        QFETCH(const int, processes);
        QFETCH(const qsizetype, lines);
        StatusReply status;
        for (int i = 0; i < processes; ++i) {
            ProcessReport process;
            process.name = u"process-%1"_s.arg(i);
            process.version = i;
            process.state = ProcessState::CrashLoop;
            process.lastExit = LastExit{};
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
        QTest::newRow("hello with limits") << RequestBody(Hello{3, 1, 90, 400});
        QTest::newRow("hello of an agent that takes sticks") << RequestBody(Hello{3, 1, {}, {}, true});
        QTest::newRow("stick done") << RequestBody(StickDone{});
        QTest::newRow("status") << RequestBody(Status{});
        QTest::newRow("hold") << RequestBody(Hold{Component::SmartMeter, 60});
        QTest::newRow("resume") << RequestBody(Resume{Component::SmartMeter, {{u"ocr"_s, 2}}});
        QTest::newRow("restart") << RequestBody(Restart{u"ocr"_s});
        QTest::newRow("online") << RequestBody(Online{});
        const QDateTime since(QDate(2026, 1, 31), QTime(12, 0, 0, 250), Qt::UTC);
        QTest::newRow("online since") << RequestBody(Online{since});
        QTest::newRow("offline") << RequestBody(Offline{since, u"nothing answers at im.example, port 5223"_s});
        QTest::newRow("offline, unknown") << RequestBody(Offline{});
        QTest::newRow("reboot") << RequestBody(Reboot{});
        QTest::newRow("hold for packages") << RequestBody(Hold{Component::SitePackages, 60});
        QTest::newRow("swap of the agent")
            << RequestBody(Swap{Component::JabberClient, u"9:cd"_s, 2, 120, SwapFolder{u"/root/downloads/staged"_s}});
        QTest::newRow("swap of an agent without a network") << RequestBody(
            Swap{Component::JabberClient, u"9:cd"_s, 2, 120, SwapFolder{u"/root/downloads/staged"_s}, true});
        QTest::newRow("swap of the watchdog")
            << RequestBody(Swap{Component::WatchDog, u"10:ab"_s, 3, 90,
                                SwapZip{u"/root/downloads/w.zip"_s, QByteArray(32, '\x9f'), u"a.b.c"_s, true}});
        QTest::newRow("swap of the watchdog, unsigned") << RequestBody(
            Swap{Component::WatchDog, u"k"_s, 0, 1, SwapZip{u"/w.zip"_s, QByteArray(32, 'x'), {}, false}});
        QTest::newRow("previous watchdog") << RequestBody(Swap{Component::WatchDog, u"11:ab"_s, 0, 90, SwapPrevious{}});
        QTest::newRow("swap status of the agent") << RequestBody(SwapStatus{Component::JabberClient});
        QTest::newRow("swap status of the watchdog") << RequestBody(SwapStatus{Component::WatchDog});
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
        QTest::newRow("status with a problem")
            << ReplyBody(StatusReply{{process}, u"the heartbeats of \"x\" are refused"_s});
        const AgentLink link{false, QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC), u"wrong password"_s};
        QTest::newRow("status of a whole device")
            << ReplyBody(StatusReply{{process}, {}, 7, AgentReport{process, link}});
        QTest::newRow("status, no link yet") << ReplyBody(StatusReply{{}, {}, 7, AgentReport{process}});
        const auto row = [](const char *name, const SwapStatusReply &reply) {
            QTest::newRow(name) << ReplyBody(reply);
        };
        row("agent rolled back", {Component::JabberClient, SwapProgress::RolledBack, u"9:cd"_s, 4,
                                  ErrorCode::NotHealthy, u"never online"_s});
        row("no swap", {Component::WatchDog, SwapProgress::None, {}, 4, ErrorCode::Internal, {}});
        row("watchdog preparing",
            {Component::WatchDog, SwapProgress::Preparing, u"10:ab"_s, 4, ErrorCode::Internal, {}});
        row("watchdog failed",
            {Component::WatchDog, SwapProgress::Failed, u"10:ab"_s, 4, ErrorCode::HashMismatch, u"another zip"_s});
        row("watchdog rolled back",
            {Component::WatchDog, SwapProgress::RolledBack, u"10:ab"_s, 4, ErrorCode::NotHealthy, u"it hangs"_s});
        row("watchdog confirming",
            {Component::WatchDog, SwapProgress::Confirming, u"10:ab"_s, 5, ErrorCode::Internal, {}});
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
        for (const Event &event :
             {Event(ProcessChanged{process}),
              Event(SwapChanged{
                  {Component::JabberClient, SwapProgress::Confirmed, u"9:cd"_s, 2, ErrorCode::Internal, {}}}),
              Event(ProblemChanged{u"the heartbeats of \"x\" are refused"_s}), Event(ProblemChanged{}),
              Event(StickArrived{})}) {
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
        const auto swap = [](const QByteArray &component, const QByteArray &fields) {
            return QByteArray(R"({"id":1,"request":"swap","component":")" + component + R"(","version":2,)" + fields +
                              '}');
        };
        const QByteArray hash = R"("sha256":"HASH",)";
        const QByteArray whole = QByteArray(hash).replace("HASH", QByteArray(64, 'a'));
        QTest::newRow("agent without a folder") << swap("JabberClient", R"("timeout_s":9,"key":"k")");
        QTest::newRow("agent by a zip") << swap("JabberClient", whole + R"("zip":"/z","timeout_s":9,"key":"k")");
        QTest::newRow("agent without a key") << swap("JabberClient", R"("staged_folder":"/s","timeout_s":9)");
        QTest::newRow("watchdog by a folder") << swap("WatchDog", R"("staged_folder":"/s","timeout_s":9,"key":"k")");
        QTest::newRow("watchdog without a key") << swap("WatchDog", whole + R"("zip":"/z","timeout_s":9)");
        QTest::newRow("watchdog with no hash") << swap("WatchDog", hash + R"("zip":"/z","timeout_s":9,"key":"k")");
        QTest::newRow("watchdog for ever") << swap("WatchDog", whole + R"("zip":"/z","timeout_s":99999,"key":"k")");
        QTest::newRow("swap of the meter") << swap("SmartMeter", R"("staged_folder":"/s","timeout_s":9,"key":"k")");
        QTest::newRow("swap of nothing") << swap("", R"("staged_folder":"/s","timeout_s":9,"key":"k")");
        QTest::newRow("status of the meter's swap")
            << QByteArray(R"({"id":1,"request":"swap_status","component":"SmartMeter"})");
        QTest::newRow("resume without list") << QByteArray(R"({"id":1,"request":"resume","component":"SmartMeter"})");
        QTest::newRow("protocol 0") << QByteArray(R"({"id":1,"request":"hello","version":1,"protocol":0})");
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
            << QByteArray(R"({"id":1,"reply":"swap_status","component":"WatchDog","state":"great","running":1})");
        QTest::newRow("a swap of no version")
            << QByteArray(R"({"id":1,"reply":"swap_status","component":"WatchDog","state":"none"})");
        QTest::newRow("a swap of no component")
            << QByteArray(R"({"id":1,"reply":"swap_status","state":"none","running":1})");
        QTest::newRow("a process twice") << QByteArray(
            R"({"id":1,"reply":"status","processes":[{"process_name":"p","version":1,"isDead":false},)"
            R"({"process_name":"p","version":1,"isDead":false}]})");
    }

    void refusesHostileReplies()
    {
        QFETCH(QByteArray, line);
        QVERIFY(!parseWatchdogLine(line));
    }

    // Agent and watchdog are updated one after the other, so each meets the release before and after its own.
    void understandsTheNextAndTheFirstProtocol()
    {
        const auto first = parseRequest(R"({"id":1,"request":"hello","version":3})");
        QVERIFY(first);
        QCOMPARE(std::get<Hello>(first->body), (Hello{3, 1}));
        const auto next = parseRequest(R"({"id":1,"request":"hello","version":3,"protocol":2,"more":{"of":"it"}})");
        QVERIFY(next);
        QCOMPARE(std::get<Hello>(next->body), (Hello{3, 2}));
        const auto reply = parseWatchdogLine(R"({"id":1,"reply":"hello","watchdog_version":9,"protocol":7,"x":1})");
        QVERIFY(reply);
        QCOMPARE(std::get<HelloReply>(*std::get<Reply>(*reply).body), (HelloReply{9, 7}));
        // A request that only the next protocol has is refused by name, so that its sender can do without.
        const auto unknown = parseRequest(R"({"id":1,"request":"from_the_next_release"})");
        QCOMPARE(unknown.error().code, ErrorCode::UnknownCommand);
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
