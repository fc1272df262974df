// SPDX-License-Identifier: GPL-3.0-or-later
// Heartbeats from processes that they aren't about, in a network of the test's own: with and without the packet filter
// of device/packaging.
#include "integration/WatchdogDevice.h"
#include "support/OwnNetwork.h"

#include <csignal>

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int fast = 20; // 60 s become 3 s

// Sends as another user: WAY PORT METERS-PORT DATAGRAM... Ends when the watchdog has read all of it.
const char *const attacker = R"(
import os, socket, struct, sys, time
os.setgid(1); os.setuid(1)
way, port, meter = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
to = ("127.0.0.1", port)
def make(way):
    s = socket.socket(socket.AF_INET6 if way == "version 6" else socket.AF_INET, socket.SOCK_DGRAM)
    if way == "shared port": s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("0.0.0.0", meter))
    if way == "other address": s.bind(("127.0.0.2", meter))
    if way == "connected": s.connect(to)
    return s
kept = None if way in ("closed at once", "sender ended") else make(way)
def send(data):
    s = kept or make(way)
    if way == "connected": s.send(data)
    elif way == "version 6": s.sendto(data, ("::ffff:127.0.0.1", port))
    elif way == "other address":
        s.sendmsg([data], [(socket.IPPROTO_IP, 8, struct.pack("=I4s4s", 0, socket.inet_aton("127.0.0.1"), bytes(4)))], 0, to)
    else: s.sendto(data, to)
    if not kept: s.close()
# A version counts once a second at most.
for i, data in enumerate(sys.argv[4:] * 6):
    if i: time.sleep(0.07)
    if way == "sender ended" and (child := os.fork()): os.waitpid(child, 0); continue
    try: send(data.encode())
    except PermissionError: print("refused", flush=True) # before _exit()
    if way == "sender ended": os._exit(0)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1)
try: s.sendto(b'{"command":"version_req"}', to); s.recv(65536)
except (PermissionError, socket.timeout): pass
)";

QByteArray attack(const WatchdogDevice &device, const QByteArray &way, int metersPort, const QList<Heartbeat> &forged)
{
    QStringList arguments{u"-S"_s,
                          u"-c"_s,
                          QString::fromLatin1(attacker),
                          QString::fromLatin1(way),
                          QString::number(device.port()),
                          QString::number(metersPort)};
    for (const Heartbeat &heartbeat : forged) {
        arguments += QString::fromUtf8(encode(heartbeat));
    }
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(u"/usr/bin/python3"_s, arguments);
    const bool hasEnded = process.waitForFinished(patience);
    return hasEnded && process.exitCode() == 0 ? process.readAll() : "failed: " + process.readAll();
}

// How a meter sends, as Python that replaces the usual way.
const QByteArray noteItsPort = R"(
def note_port():
    with open(root + "/port-" + name, "w") as f: f.write(str(out.getsockname()[1]))
)";
const QByteArray closesEachTime = R"(
def beat():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(json.dumps({"command": "heart_beat", "process_name": name, "pid_of_process": os.getpid(),
            "run_command": os.path.abspath(__file__), "version": 1}).encode(), ("127.0.0.1", int(os.environ["SGN_HEARTBEAT_PORT"])))
)";

// Loads the packaged rules for the test's port and user.
bool loadFilter(const WatchdogDevice &device)
{
    QFile packaged(QStringLiteral(SGN_SOURCE_DIR "/device/packaging/heartbeats.nft"));
    if (!packaged.open(QIODevice::ReadOnly)) {
        return false;
    }
    QByteArray rules = packaged.readAll();
    rules.replace("dport 4951", "dport " + QByteArray::number(device.port()));
    rules.replace("{ root, pi }", "{ root, " + QByteArray::number(WatchdogDevice::owner()) + " }");
    device.write(u"heartbeats.nft"_s, rules);
    return QProcess::execute(u"/usr/sbin/nft"_s, {u"-f"_s, device.path(u"heartbeats.nft"_s)}) == 0;
}

bool flushFilter()
{
    return QProcess::execute(u"/usr/sbin/nft"_s, {u"flush"_s, u"ruleset"_s}) == 0;
}

} // namespace

class WatchdogSenders : public QObject
{
    Q_OBJECT

private:
    // ocr runs, `silent` has never sent anything, and the owner looks at a third program.
    void startMeters(WatchdogDevice &device, ControlClient &client, const QByteArray &extra)
    {
        device.addMeter(u"ocr"_s,
                        extra + noteItsPort + "note_port() if out.getsockname()[1] else (beat(), note_port())\n");
        device.addMeter(u"silent"_s, "time.sleep(1000)");
        device.addMeter(u"calibrate"_s);
        QVERIFY(client.startMeters({u"ocr"_s}));
        QVERIFY(client.ask(control::Resume{Component::SmartMeter, {{u"ocr"_s, 1}, {u"silent"_s, 1}}}).has_value());
        QVERIFY(client.waitForState(u"silent"_s, ProcessState::Starting));
        QTRY_VERIFY_WITH_TIMEOUT(!device.read(u"port-ocr"_s).isEmpty(), patience);
        m_viewer.setChildProcessModifier([] {
            if (::setgid(WatchdogDevice::owner()) != 0 || ::setuid(WatchdogDevice::owner()) != 0) {
                ::_exit(1);
            }
        });
        m_viewer.start(u"/usr/bin/tail"_s, {u"-f"_s, device.path(u"SmartMeter/calibrate.py"_s)});
        QVERIFY(m_viewer.waitForStarted(patience));
    }
    [[nodiscard]] QList<Heartbeat> forgeries(const WatchdogDevice &device, ControlClient &client) const
    {
        const QString ocr = device.path(u"SmartMeter/ocr.py"_s);
        const qint64 pid = client.process(u"ocr"_s).pid.value_or(0);
        return {{u"ocr"_s, pid, ocr, 2},
                {u"ocr"_s, pid, ocr, 2147483647},
                {u"silent"_s, client.process(u"silent"_s).pid.value_or(0), device.path(u"SmartMeter/silent.py"_s), 1},
                {u"calibrate"_s, m_viewer.processId(), device.path(u"SmartMeter/calibrate.py"_s), 1}};
    }

    QProcess m_viewer;
    QString m_trouble;

private Q_SLOTS:
    void initTestCase()
    {
        m_trouble = ::geteuid() == 0 ? enterOwnNetwork() : u"only root can run a process as another user"_s;
    }
    void init()
    {
        if (!m_trouble.isEmpty()) {
            QSKIP(qPrintable(m_trouble));
        }
    }
    void cleanup()
    {
        m_viewer.kill();
        m_viewer.waitForFinished(patience);
        if (m_trouble.isEmpty()) {
            QVERIFY(flushFilter());
        }
    }

    void anotherUserGetsNothing_data()
    {
        QTest::addColumn<QByteArray>("way");
        QTest::addColumn<QByteArray>("meter"); // how the true one sends
        QTest::addColumn<bool>("isFiltered");
        const QByteArray shares = "out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n";
        const QByteArray connected = "out.connect((\"127.0.0.1\", int(os.environ[\"SGN_HEARTBEAT_PORT\"])))\n";
        for (const bool isFiltered : {false, true}) {
            for (const char *way : {"kept open", "closed at once", "sender ended", "connected", "version 6"}) {
                QTest::addRow("%s%s", way, isFiltered ? ", filtered" : "")
                    << QByteArray(way) << QByteArray() << isFiltered;
            }
            QTest::addRow("shared port%s", isFiltered ? ", filtered" : "")
                << QByteArray("shared port") << shares << isFiltered;
            QTest::addRow("other address%s", isFiltered ? ", filtered" : "")
                << QByteArray("other address") << connected << isFiltered;
        }
    }

    void anotherUserGetsNothing()
    {
        QFETCH(QByteArray, way);
        QFETCH(QByteArray, meter);
        QFETCH(bool, isFiltered);
        WatchdogDevice device;
        QVERIFY(device.start());
        if (isFiltered) {
            QVERIFY(loadFilter(device));
        }
        ControlClient client(device);
        QVERIFY(client.hello());
        startMeters(device, client, meter);
        const ProcessReport before = client.process(u"ocr"_s);
        const QByteArray output = attack(device, way, device.read(u"port-ocr"_s).toInt(), forgeries(device, client));
        QVERIFY2(!output.startsWith("failed"), output.constData());
        QCOMPARE(output.count("refused"), isFiltered ? 24 : 0);

        QCOMPARE(client.status().size(), 2);
        QCOMPARE(client.process(u"silent"_s).state, ProcessState::Starting);
        QCOMPARE(client.process(u"ocr"_s).pid, before.pid);
        QCOMPARE(client.process(u"ocr"_s).state, ProcessState::Running);
        for (const ProcessReport &event : client.events(u"ocr"_s)) {
            QVERIFY2(event.version == 1 || event.state != ProcessState::Running,
                     qPrintable(QString::number(event.version)));
        }
        QCOMPARE(m_viewer.state(), QProcess::Running);
    }

    void anotherUserKeepsNothingAlive_data()
    {
        QTest::addColumn<QByteArray>("way");
        QTest::addColumn<QByteArray>("stops"); // how the meter fails
        QTest::addColumn<bool>("isFiltered");
        const QByteArray stopped = "beat(); os.kill(os.getpid(), signal.SIGSTOP)";
        const QByteArray hung = "beat(); time.sleep(1000)";
        QTest::newRow("a stopped one") << QByteArray("kept open") << stopped << false;
        QTest::newRow("a stopped one, closed at once") << QByteArray("closed at once") << stopped << false;
        QTest::newRow("a hung one") << QByteArray("kept open") << hung << false;
        QTest::newRow("a hung one, closed at once, filtered") << QByteArray("closed at once") << hung << true;
    }

    void anotherUserKeepsNothingAlive()
    {
        QFETCH(QByteArray, way);
        QFETCH(QByteArray, stops);
        QFETCH(bool, isFiltered);
        WatchdogDevice device;
        device.addMeter(u"ocr"_s, stops);
        QVERIFY(device.start(fast));
        if (isFiltered) {
            QVERIFY(loadFilter(device));
        }
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        const qint64 pid = device.starts(u"ocr"_s).constFirst().pid;
        const Heartbeat forged{u"ocr"_s, pid, device.path(u"SmartMeter/ocr.py"_s), 1};
        // For longer than a silence may last; the watchdog's time is measured from its own heartbeat.
        QVERIFY(QTest::qWaitFor(
            [&] {
                [[maybe_unused]] const QByteArray output = attack(device, way, 0, {forged});
                return device.starts(u"ocr"_s).size() > 1;
            },
            patience));
        QVERIFY(client.process(u"ocr"_s).pid.value_or(0) != pid);
    }

    void aScriptThatClosesItsSocketGoesOn()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s, closesEachTime);
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.ask(control::Resume{Component::SmartMeter, {{u"ocr"_s, 1}}}).has_value());
        QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), 1, patience);
        // Twice as long as a silence may last: what it sends keeps it from being ended, filter or not.
        const qint64 started = device.starts(u"ocr"_s).constFirst().at;
        QVERIFY(QTest::qWaitFor([&] { return WatchdogDevice::monotonicNs() - started > 6'000'000'000; }, patience));
        QCOMPARE(device.starts(u"ocr"_s).size(), 1);
        QVERIFY(!client.process(u"ocr"_s).isDead);
        // With the filter it counts in full.
        QVERIFY(loadFilter(device));
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QCOMPARE(client.process(u"ocr"_s).version, 1);
        QCOMPARE(device.starts(u"ocr"_s).size(), 1);
    }

    void aScriptThatClosesItsSocketIsTakenInThroughTheFilter()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s, closesEachTime);
        QVERIFY(device.start());
        QVERIFY(loadFilter(device));
        QProcess cron;
        QProcessEnvironment environment;
        environment.insert(u"SGN_HEARTBEAT_PORT"_s, QString::number(device.port()));
        cron.setProcessEnvironment(environment);
        cron.setChildProcessModifier([] {
            if (::setgid(WatchdogDevice::owner()) != 0 || ::setuid(WatchdogDevice::owner()) != 0) {
                ::_exit(1);
            }
        });
        cron.start(device.path(u"SmartMeter/ocr.py"_s), QStringList());
        ControlClient client(device);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QCOMPARE(client.process(u"ocr"_s).pid, cron.processId());
        cron.kill();
        cron.waitForFinished(patience);
    }
};

QTEST_GUILESS_MAIN(WatchdogSenders)
#include "tst_watchdog_senders.moc"
