// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Registry.h"
#include "technician/StatusReader.h"
#include "technician/StatusText.h"

#include <QJsonArray>
#include <QtTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::technician;

namespace {

const QDateTime now(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);

DeviceStatus wholeDevice()
{
    DeviceStatus status;
    status.now = now;
    status.folder = u"/home/pi/technospurs"_s;
    status.account = u"meter@im.example"_s;
    status.watchdog = {WatchdogStatus::State::Running, 312, 4, now.addDays(-3), {}};
    status.agent.isRunning = true;
    status.agent.pid = 330;
    status.agent.version = 7;
    status.agent.link = control::AgentLink{true, now.addSecs(-600), {}};
    ProcessReport ocr;
    ocr.name = u"ocr"_s;
    ocr.version = 2;
    ocr.state = ProcessState::Running;
    ocr.pid = 444;
    ocr.lastExit = LastExit{std::nullopt, 9, now.addSecs(-7200), 61.5, {u"one"_s, u"two"_s, u"three"_s, u"four"_s}};
    status.processes = {ocr};
    status.areProcessesLive = true;
    return status;
}

QString textOf(const DeviceStatus &status)
{
    return statusLines(status, {}).join(u'\n');
}

} // namespace

class TestTechnicianStatus : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsAWholeDevice()
    {
        const QString text = textOf(wholeDevice());
        for (const QString &part :
             {u"meter@im.example in /home/pi/technospurs"_s, u"running, version 4, pid 312"_s, u"(3 days ago)"_s,
              u"running, version 7, pid 330"_s, u"connected as meter@im.example"_s, u"(10 min ago)"_s,
              u"none in progress"_s, u"running, version 2, pid 444"_s,
              u"signal 9 (SIGKILL), 61 s after its last heartbeat"_s, u"| four"_s}) {
            QVERIFY2(text.contains(part), qPrintable(part + u" is not in\n"_s + text));
        }
        QVERIFY(!text.contains(u"| one"_s));
        QVERIFY(!text.contains(u'\033'));
    }

    void showsWhatIsWrong_data()
    {
        QTest::addColumn<DeviceStatus>("status");
        QTest::addColumn<QStringList>("parts");
        const auto row = [](const char *name, const QStringList &parts, auto &&change) {
            DeviceStatus status = wholeDevice();
            change(status);
            QTest::newRow(name) << status << parts;
        };
        row("no watchdog", {u"sudo systemctl start sgn-watchdog"_s, u"as the watchdog last knew them"_s},
            [](DeviceStatus &status) {
                status.watchdog = {};
                status.areProcessesLive = false;
            });
        row("a silent watchdog", {u"doesn't reply, pid 312"_s, u"sudo systemctl restart"_s}, [](DeviceStatus &status) {
            status.watchdog = {WatchdogStatus::State::Silent, 312, {}, {}, u"no reply"_s};
        });
        row("an older watchdog", {u"no control socket"_s, u"unknown without a watchdog"_s}, [](DeviceStatus &status) {
            status.watchdog = {WatchdogStatus::State::OnlyUdp, {}, {}, {}, u"cannot connect"_s};
            status.agent.link.reset();
        });
        row("no agent",
            {u"not running, since"_s, u"exit code 9"_s, u"| no such library"_s, u"not connected: there is no agent"_s},
            [](DeviceStatus &status) {
                status.agent = {};
                status.agent.since = now.addSecs(-5);
                status.agent.lastExit = LastExit{9, std::nullopt, now, std::nullopt, {u"no such library"_s}};
            });
        row("offline", {u"not connected, since"_s, u"wrong password"_s, u"sgn-device check"_s},
            [](DeviceStatus &status) {
                status.agent.link = control::AgentLink{false, now, u"wrong password"_s};
            });
        row("an agent that has reported nothing", {u"has reported nothing yet"_s},
            [](DeviceStatus &status) { status.agent.link.reset(); });
        row("an update that is held",
            {u"by alice, since"_s, u"lens"_s, u"SmartMeter, command 10: waiting"_s, u"waits for the end of the hold"_s},
            [](DeviceStatus &status) {
                status.hold = HoldStatus{u"alice"_s, now, u"lens"_s};
                status.update = UpdateStatus{10, u"SmartMeter"_s, update::State::Waiting, {}, now, {}};
            });
        row("an update that waits for its window",
            {u"SmartMeter, command 10: waiting"_s, u"it may be exchanged from 22:00 to 04:30, local time"_s},
            [](DeviceStatus &status) {
                status.update = UpdateStatus{10, u"SmartMeter"_s, update::State::Waiting, {}, now, {}};
                status.update->window = LocalWindow{QTime(22, 0), QTime(4, 30)};
            });
        row("a download", {u"downloading, 43 %"_s}, [](DeviceStatus &status) {
            status.update = UpdateStatus{10, u"SmartMeter"_s, update::State::Downloading, 43, {}, {}};
        });
        row("a failed update", {u"smart_meter_update, command 9: failed and rolled back: ocr ended"_s},
            [](DeviceStatus &status) {
                status.lastResult = ResultStatus{9, u"smart_meter_update"_s, false, true, u"ocr ended"_s};
            });
        row("a dead process", {u"dead"_s, u"ends again and again"_s, u"restarted 12 times"_s, u"no such interpreter"_s},
            [](DeviceStatus &status) {
                ProcessReport &ocr = status.processes.first();
                ocr.isDead = true;
                ocr.state = ProcessState::CrashLoop;
                ocr.restarts24h = 12;
                ocr.problem = u"no such interpreter"_s;
            });
        row("a damaged journal", {u"problem"_s, u"can't be read"_s},
            [](DeviceStatus &status) { status.problems = {u"the journal can't be read"_s}; });
        row("hostile words", {u"o cr"_s, u"|  [2J"_s}, [](DeviceStatus &status) {
            status.processes.first().name = u"o\ncr"_s;
            status.processes.first().lastExit->lastLines = {u"\033[2J"_s};
        });
    }

    void showsWhatIsWrong()
    {
        QFETCH(DeviceStatus, status);
        QFETCH(QStringList, parts);
        const QString text = textOf(status);
        for (const QString &part : parts) {
            QVERIFY2(text.contains(part), qPrintable(part + u" is not in\n"_s + text));
        }
        QVERIFY(!text.contains(u'\033'));
    }

    void isJsonForScripts()
    {
        DeviceStatus status = wholeDevice();
        status.hold = HoldStatus{u"alice"_s, now, u"lens"_s};
        status.update = UpdateStatus{10, u"SmartMeter"_s, update::State::Downloading, 43, {}, {}};
        const QJsonObject json = statusJson(status);
        QCOMPARE(json["watchdog"_L1]["state"_L1], QJsonValue(u"running"_s));
        QCOMPARE(json["watchdog"_L1]["pid"_L1], QJsonValue(312));
        QCOMPARE(json["agent"_L1]["running"_L1], QJsonValue(true));
        QCOMPARE(json["server"_L1]["connected"_L1], QJsonValue(true));
        QCOMPARE(json["update"_L1]["phase"_L1], QJsonValue(u"downloading"_s));
        QCOMPARE(json["update"_L1]["percent"_L1], QJsonValue(43));
        QCOMPARE(json["hold"_L1]["by"_L1], QJsonValue(u"alice"_s));
        QCOMPARE(json["processes"_L1][0]["process_name"_L1], QJsonValue(u"ocr"_s));
        QVERIFY(!json.contains("last_result"_L1));
    }

    void breaksLinesForATerminal_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<QStringList>("lines");
        QTest::newRow("pipe") << 0 << QStringList{u"head a long text of several words"_s};
        QTest::newRow("narrow") << 30 << QStringList{u"head a long text of several"_s, u"     words"_s};
        QTest::newRow("too narrow") << 5 << QStringList{u"head a long text of"_s, u"     several words"_s};
    }

    void breaksLinesForATerminal()
    {
        QFETCH(int, width);
        QTEST((Screen{false, width}.entry(u"head"_s, 5, u"a long text of several words"_s)), "lines");
    }

    void colours()
    {
        const Screen screen{true, 0};
        QCOMPARE(screen.entry(u"a"_s, 3, u"bad"_s, Tone::Bad), QStringList{u"a  \033[31mbad\033[0m"_s});
        QCOMPARE(Screen{}.entry(u"a"_s, 3, u"bad"_s, Tone::Bad), QStringList{u"a  bad"_s});
        QCOMPARE(Screen{}.entry(u"longer"_s, 3, u"text"_s), QStringList{u"longer text"_s});
    }

    void remembersProcesses()
    {
        supervision::Registry registry;
        registry.processes = {
            {u"alive"_s, u"/a"_s, 1, supervision::ProcessIdentity{10, 100}, {}, {}},
            {u"reused"_s, u"/b"_s, 2, supervision::ProcessIdentity{11, 100}, {}, {}},
            {u"ended"_s, u"/c"_s, 3, {}, LastExit{1, {}, now, {}, {}}, {}},
        };
        const QByteArray table = supervision::encodeRegistry(registry, "boot");
        const auto runs = [](qint64 pid, quint64 startTime) {
            return pid == 10 && startTime == 100;
        };
        RememberedProcesses known = remembered(table, "boot", runs);
        QVERIFY2(known.problem.isEmpty(), qPrintable(known.problem));
        QCOMPARE(known.processes.size(), 3);
        QCOMPARE(known.processes[0].pid, std::optional<qint64>(10));
        QVERIFY(!known.processes[0].isDead && known.processes[0].state == ProcessState::Unknown);
        QVERIFY(known.processes[1].isDead && known.processes[2].isDead);
        QVERIFY(known.processes[2].lastExit.has_value());
        // After a restart of the machine no number counts any more.
        known = remembered(table, "next boot", runs);
        QVERIFY(known.processes[0].isDead);
    }

    void aDamagedTableIsAProblem_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("zeros") << QByteArray(4096, '\0');
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("another object") << QByteArray(R"({"processes": 1})");
    }

    void aDamagedTableIsAProblem()
    {
        QFETCH(QByteArray, table);
        QVERIFY(!remembered(table, "boot", [](qint64, quint64) { return true; }).problem.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestTechnicianStatus)
#include "tst_technician_status.moc"
