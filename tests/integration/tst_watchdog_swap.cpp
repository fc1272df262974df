// SPDX-License-Identifier: GPL-3.0-or-later
// The agent under the watchdog, and the exchange of its release.
#include "integration/WatchdogDevice.h"
#include "support/ReadOnlyCard.h"

#include <csignal>
#include <QJsonDocument>

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int fast = 20;

// An agent that sends hello as the version in the file beside it, and comes back when the watchdog does. `ways` is
// Python that runs first.
QByteArray agentScript(const QByteArray &ways)
{
    QByteArray script = R"(#!/usr/bin/python3 -S
import json, os, signal, socket, sys, time
here = os.path.dirname(os.path.abspath(__file__))
args = dict(zip(sys.argv[1::2], sys.argv[2::2]))
version = int(open(here + "/version").read())
sends_hello, online, limits = True, True, {}
with open(args["--root"] + "/agent-starts", "a") as f:
    f.write("%d %d %d\n" % (os.getpid(), os.getuid(), version))
WAYS
while True:
    try:
        s = socket.socket(socket.AF_UNIX)
        s.connect(args["--watchdog-socket"])
        if sends_hello: s.sendall(json.dumps({"id": 1, "request": "hello", "version": version, **limits}).encode() + b"\n")
        if sends_hello and online: s.sendall(json.dumps({"id": 2, "request": "online"}).encode() + b"\n")
        while s.recv(4096): pass
    except OSError:
        pass
    time.sleep(0.05)
)";
    return script.replace("WAYS", ways);
}

class AgentDevice : public WatchdogDevice
{
public:
    AgentDevice() { addRelease(u"JabberClient"_s, 1); }

    void addRelease(const QString &folder, int version, const QByteArray &ways = {}) const
    {
        makeFolder(folder);
        write(folder + u"/version"_s, QByteArray::number(version));
        write(folder + u"/sgn-agent"_s, agentScript(ways), 0755);
    }
    [[nodiscard]] int installedVersion() const { return read(u"JabberClient/version"_s).toInt(); }
    [[nodiscard]] QByteArrayList agentStarts() const
    {
        QByteArrayList lines = read(u"agent-starts"_s).split('\n');
        lines.removeLast();
        return lines;
    }
    // Exactly one agent runs, and it is of that version.
    [[nodiscard]] bool onlyRuns(int version) const
    {
        const QList<qint64> pids = running(u"sgn-agent"_s);
        const QByteArrayList lines = agentStarts();
        return pids.size() == 1 && std::any_of(lines.cbegin(), lines.cend(), [&](const QByteArray &line) {
                   const QByteArrayList fields = line.split(' ');
                   return fields[0].toLongLong() == pids.constFirst() && fields[2].toInt() == version;
               });
    }
};

control::SwapStatusReply swapStatus(AgentDevice &device)
{
    ControlClient client(device);
    const auto reply = client.ask(control::SwapStatus{Component::JabberClient});
    return reply ? std::get<control::SwapStatusReply>(*reply) : control::SwapStatusReply{};
}

const control::SwapStatusReply confirmed{
    Component::JabberClient, control::SwapProgress::Confirmed, u"9:a"_s, 1, ErrorCode::Internal, {}};

bool waitForSwap(AgentDevice &device, control::SwapProgress progress)
{
    return QTest::qWaitFor([&] { return swapStatus(device).progress == progress; }, 2 * patience);
}

} // namespace

class WatchdogSwap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsTheAgentAndKeepsItRunning()
    {
        AgentDevice device;
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        const QByteArrayList first = device.agentStarts().constFirst().split(' ');
        QCOMPARE(first[1].toUInt(), WatchdogDevice::owner());
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).contains("agent connected (pid " + first[0]),
                                 patience);
        ::kill(first[0].toInt(), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(device.agentStarts().size(), 2, patience);
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
    }

    void takesTheLimitsOfTheConfigurationFromTheAgent()
    {
        AgentDevice device;
        device.addRelease(u"JabberClient"_s, 1, "limits = {'start_timeout_s': 20, 'heartbeat_timeout_s': 90}");
        device.addMeter(u"silent"_s, "time.sleep(1000)");
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"wdog/processes.json"_s).contains("\"start_timeout_s\": 20"), patience);
        QVERIFY(device.read(u"wdog/processes.json"_s).contains("\"heartbeat_timeout_s\": 90"));
        ControlClient client(device);
        QVERIFY(client.ask(control::Resume{Component::SmartMeter, {{u"silent"_s, 1}}}).has_value());
        QTRY_VERIFY_WITH_TIMEOUT(device.starts(u"silent"_s).size() >= 2, patience);
        // 1 s instead of 15.
        const auto starts = device.starts(u"silent"_s);
        QVERIFY(starts[1].at - starts[0].at < 10'000'000'000);
    }

    void restartsAnAgentWithoutHello()
    {
        AgentDevice device;
        device.addRelease(u"JabberClient"_s, 1, "sends_hello = False");
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.agentStarts().size() >= 2, patience);
        QVERIFY(device.read(u"logs/watchdog.log"_s).contains("agent shows no sign of life"));
    }

    void adoptsAnAgentThatRunsAlready_data()
    {
        QTest::addColumn<bool>("sameWatchdog");
        QTest::newRow("of an earlier watchdog") << true;
        QTest::newRow("that another program has started") << false;
    }

    void adoptsAnAgentThatRunsAlready()
    {
        QFETCH(const bool, sameWatchdog);
        AgentDevice device;
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        QTRY_COMPARE_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).count("agent connected"), 1, patience);
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"wdog/processes.json"_s).contains("\"agent\""), patience);
        const auto agents = device.running();
        device.kill();
        if (!sameWatchdog) {
            QVERIFY(QFile::remove(device.path(u"wdog/processes.json"_s)));
        }
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).count("agent connected") == 2, patience);
        QTest::qWait(500); // longer than the grace for others
        QCOMPARE(device.running(), agents);
    }

    void exchangesTheAgent_data()
    {
        QTest::addColumn<QByteArray>("old");
        QTest::addColumn<QByteArray>("ways");
        QTest::newRow("good") << QByteArray() << QByteArray();
        QTest::newRow("old one that won't end")
            << QByteArray("signal.signal(signal.SIGTERM, signal.SIG_IGN)") << QByteArray();
        QTest::newRow("comes up at the second try")
            << QByteArray()
            << QByteArray("if not os.path.exists(here + '/tried'): open(here + '/tried', 'w'); sys.exit(1)");
    }

    void exchangesTheAgent()
    {
        QFETCH(const QByteArray, old);
        QFETCH(const QByteArray, ways);
        AgentDevice device;
        device.addRelease(u"JabberClient"_s, 1, old);
        device.makeFolder(u"downloads/staged-JabberClient"_s);
        device.addRelease(u"downloads/staged-JabberClient/JabberClient"_s, 2, ways);
        device.makeFolder(u"downloads/previous-JabberClient"_s);
        device.write(u"downloads/previous-JabberClient/version"_s, "0");
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        ControlClient client(device);
        QVERIFY(client.hello());
        QCOMPARE(swapStatus(device).progress, control::SwapProgress::None);
        const QString staged = device.path(u"downloads/staged-JabberClient/JabberClient"_s);
        const auto first = client.send(agentSwap(staged, 2, 60));
        const auto repeat = client.send(agentSwap(staged, 2, 60));
        const auto second = client.send(agentSwap(staged, 2, 60, u"10:b"_s));
        QVERIFY(client.waitForReply(first).has_value());
        QVERIFY(client.waitForReply(repeat).has_value());
        QCOMPARE(client.waitForReply(second).error().code, ErrorCode::Busy);
        QTRY_COMPARE_WITH_TIMEOUT(client.swapEvents().size(), 1, 2 * patience);
        QCOMPARE(client.swapEvents().constFirst(), confirmed);
        QCOMPARE(swapStatus(device), client.swapEvents().constFirst());
        QCOMPARE(device.installedVersion(), 2);
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(2), patience);
        QCOMPARE(device.read(u"downloads/previous-JabberClient/version"_s), QByteArray("1"));
        QVERIFY(!QFile::exists(device.path(u"downloads/staged-JabberClient/JabberClient"_s)));

        // And back again, to what is kept as the previous one.
        const QString previous = device.path(u"downloads/previous-JabberClient"_s);
        QVERIFY(client.ask(agentSwap(previous, 1, 60, u"11:c"_s)).has_value());
        QVERIFY(waitForSwap(device, control::SwapProgress::Confirmed));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        QCOMPARE(device.read(u"downloads/previous-JabberClient/version"_s), QByteArray("2"));
    }

    void putsTheOldAgentBack_data()
    {
        QTest::addColumn<QByteArray>("ways");
        QTest::addColumn<int>("mode");
        QTest::addColumn<QString>("reason");
        QTest::newRow("exits at once") << QByteArray("print('no libfoo'); sys.exit(4)") << 0755
                                       << u"ended 3 times, the last time with exit code 4: no libfoo"_s;
        QTest::newRow("crashes") << QByteArray("os.kill(os.getpid(), signal.SIGSEGV)") << 0755 << u"by signal 11"_s;
        QTest::newRow("never online") << QByteArray("online = False") << 0755
                                      << u"did not reach the server within 10 s"_s;
        QTest::newRow("never sends hello")
            << QByteArray("sends_hello = False") << 0755 << u"did not report within 2 s"_s;
        QTest::newRow("hangs") << QByteArray("os.kill(os.getpid(), signal.SIGSTOP)") << 0755
                               << u"did not report within 2 s"_s;
        QTest::newRow("another version") << QByteArray("version = 7") << 0755 << u"is version 7 and not 2"_s;
        QTest::newRow("no such interpreter") << QByteArray() << 01000 << u"cannot be started"_s;
    }

    void putsTheOldAgentBack()
    {
        QFETCH(const QByteArray, ways);
        QFETCH(const int, mode);
        QFETCH(const QString, reason);
        AgentDevice device;
        device.addRelease(u"downloads/new"_s, 2, ways);
        if (mode == 01000) {
            device.write(u"downloads/new/sgn-agent"_s, "#!/no/such/interpreter\n", 0755);
        }
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        ControlClient client(device);
        QVERIFY(client.hello());
        const int timeoutS = reason.contains(u"within 2 s") ? 2 : reason.contains(u"within 10 s") ? 10 : 60;
        QVERIFY(client.ask(agentSwap(device.path(u"downloads/new"_s), 2, timeoutS)).has_value());
        QTRY_COMPARE_WITH_TIMEOUT(client.swapEvents().size(), 1, 2 * patience);
        const control::SwapStatusReply status = client.swapEvents().constFirst();
        QCOMPARE(status.progress, control::SwapProgress::RolledBack);
        QVERIFY2(status.remarks.contains(reason), qPrintable(status.remarks));
        QCOMPARE(device.installedVersion(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        QCOMPARE(device.read(u"downloads/new/version"_s), QByteArray("2"));
    }

    void refusesAStagedFolderThatIsntOne_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<ErrorCode>("error");
        QTest::newRow("missing") << u"downloads/none"_s << ErrorCode::BadRequest;
        QTest::newRow("outside") << u"SmartMeter"_s << ErrorCode::BadRequest;
        QTest::newRow("downloads itself") << u"downloads"_s << ErrorCode::BadRequest;
        QTest::newRow("dots out") << u"downloads/../JabberClient"_s << ErrorCode::BadRequest;
        QTest::newRow("link out") << u"downloads/link"_s << ErrorCode::BadRequest;
        QTest::newRow("the system") << u"/etc"_s << ErrorCode::BadRequest;
        QTest::newRow("a file") << u"downloads/file"_s << ErrorCode::InstallFailed;
        QTest::newRow("without an agent") << u"downloads/empty"_s << ErrorCode::InstallFailed;
        QTest::newRow("agent not executable") << u"downloads/plain"_s << ErrorCode::InstallFailed;
        QTest::newRow("agent open to all") << u"downloads/open"_s << ErrorCode::InstallFailed;
        QTest::newRow("agent is a link") << u"downloads/linked"_s << ErrorCode::InstallFailed;
    }

    void refusesAStagedFolderThatIsntOne()
    {
        QFETCH(const QString, folder);
        QFETCH(const ErrorCode, error);
        AgentDevice device;
        device.addRelease(u"elsewhere"_s, 2);
        QVERIFY(QFile::link(device.path(u"elsewhere"_s), device.path(u"downloads/link"_s)));
        device.write(u"downloads/file"_s, "x");
        device.makeFolder(u"downloads/empty"_s);
        device.addRelease(u"downloads/plain"_s, 2);
        ::chmod(QFile::encodeName(device.path(u"downloads/plain/sgn-agent"_s)).constData(), 0644);
        device.addRelease(u"downloads/open"_s, 2);
        ::chmod(QFile::encodeName(device.path(u"downloads/open/sgn-agent"_s)).constData(), 0777);
        device.makeFolder(u"downloads/linked"_s);
        QVERIFY(QFile::link(device.path(u"elsewhere/sgn-agent"_s), device.path(u"downloads/linked/sgn-agent"_s)));
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        ControlClient client(device);
        const auto reply = client.ask(agentSwap(folder.startsWith(u'/') ? folder : device.path(folder), 2, 60));
        QVERIFY(!reply.has_value());
        QCOMPARE(reply.error().code, error);
        QVERIFY(!QFile::exists(device.path(u"wdog/agent-swap.json"_s)));
        QVERIFY(device.onlyRuns(1));
        QCOMPARE(device.agentStarts().size(), 1);
    }

    void goesOnWhereverItWasKilled_data()
    {
        QTest::addColumn<QString>("systemCall");
        QTest::addColumn<bool>("goodAgent");
        for (const auto *const call : {"fsync", "rename", "renameat2", "pidfd_send_signal", "clone,fork,vfork"}) {
            QTest::addRow("%s, good agent", call) << QString::fromLatin1(call) << true;
            QTest::addRow("%s, broken agent", call) << QString::fromLatin1(call) << false;
        }
    }

    void goesOnWhereverItWasKilled()
    {
        QFETCH(const QString, systemCall);
        QFETCH(const bool, goodAgent);
        if (QStandardPaths::findExecutable(u"strace"_s).isEmpty()) {
            QSKIP("needs strace");
        }
        int points = 0;
        // At the first such call of the watchdog, at the second, ... until it needs no more of them.
        for (bool more = true; more; ++points) {
            QVERIFY(points < 60);
            AgentDevice device;
            device.addRelease(u"downloads/new"_s, 2, goodAgent ? "" : "sys.exit(1)");
            QVERIFY(device.start(fast));
            QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
            // Under strace from here on, so that calls are counted from the request.
            QProcess strace;
            strace.start(u"strace"_s, {u"-q"_s, u"-o"_s, u"/dev/null"_s, u"-e"_s, u"trace="_s + systemCall, u"-e"_s,
                                       u"inject=%1:signal=KILL:when=%2"_s.arg(systemCall).arg(points + 1), u"-p"_s,
                                       QString::number(device.pid())});
            QVERIFY(strace.waitForStarted(patience));
            QTRY_VERIFY_WITH_TIMEOUT(!readTracer(device.pid()).isEmpty(), patience);
            {
                ControlClient client(device);
                QVERIFY(client.hello());
                client.send(agentSwap(device.path(u"downloads/new"_s), 2, 60));
                more = QTest::qWaitFor([&] { return !device.isRunning() || !client.swapEvents().isEmpty(); },
                                       2 * patience);
                QVERIFY(more);
                more = !device.isRunning();
            }
            if (!more) {
                device.stop();
            }
            strace.terminate();
            strace.waitForFinished(patience);
            QVERIFY(device.start(fast));
            // Either the request never got into the journal, or it goes through.
            const bool accepted = swapStatus(device).progress != control::SwapProgress::None;
            QVERIFY(accepted || more);
            if (accepted) {
                QVERIFY(waitForSwap(device,
                                    goodAgent ? control::SwapProgress::Confirmed : control::SwapProgress::RolledBack));
            }
            const int expected = accepted && goodAgent ? 2 : 1;
            QCOMPARE(device.installedVersion(), expected);
            QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(expected), patience);
            // The other release is whole, too.
            const QString other = expected == 2 ? u"downloads/previous-JabberClient"_s : u"downloads/new"_s;
            QCOMPARE(device.read(other + u"/version"_s).toInt(), 3 - expected);
            QVERIFY(QFile::exists(device.path(other + u"/sgn-agent"_s)));
        }
        qInfo("killed at %d points", points - 1);
    }

    void isConfirmedOnlyWhenThatIsDurable()
    {
        AgentDevice device;
        beginSwap(device, "while not os.path.exists(args['--root'] + '/go'): time.sleep(0.01)");
        ControlClient client(device);
        QVERIFY(client.hello());
        {
            const ReadOnlyCard card(device.path(u"wdog"_s));
            if (!card.isWorn()) {
                QSKIP("mounting isn't allowed here");
            }
            device.write(u"go"_s, {});
            QTRY_VERIFY_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).contains("agent confirmed"), patience);
            QCOMPARE(client.ask(swapToNew(device, u"10:b"_s)).error().code, ErrorCode::Busy);
            QCOMPARE(swapStatus(device).progress, control::SwapProgress::Confirming);
            QVERIFY(client.swapEvents().isEmpty());
        }
        QTRY_COMPARE_WITH_TIMEOUT(client.swapEvents().size(), 1, patience);
        QCOMPARE(client.swapEvents().constFirst(), confirmed);
        QVERIFY(device.read(u"wdog/agent-swap.json"_s).contains("confirmed"));
    }

    void anAgentRunsWhileTheOldOneCannotComeBack()
    {
        AgentDevice device;
        beginSwap(device, "online = False");
        {
            const ReadOnlyCard card(device.path(u"downloads"_s));
            if (!card.isWorn()) {
                QSKIP("mounting isn't allowed here");
            }
            killNewAgents(device);
            QTRY_VERIFY_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).contains("not rolled back yet"), patience);
            QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(2), patience);
            QCOMPARE(swapStatus(device).progress, control::SwapProgress::Confirming);
        }
        QVERIFY(waitForSwap(device, control::SwapProgress::RolledBack));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        QCOMPARE(device.installedVersion(), 1);
    }

    void theNewAgentStaysWhenTheOldOneIsGone()
    {
        AgentDevice device;
        beginSwap(device, "online = False");
        ControlClient client(device);
        QVERIFY(client.hello());
        QVERIFY(QDir(device.path(u"downloads/new"_s)).removeRecursively());
        killNewAgents(device);
        QTRY_COMPARE_WITH_TIMEOUT(client.swapEvents().size(), 1, patience);
        QCOMPARE(client.swapEvents().constFirst().progress, control::SwapProgress::Confirmed);
        QVERIFY(client.swapEvents().constFirst().remarks.contains(u"the old one is gone"));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(2), patience);
    }

    void givesUpOnAReleaseThatTakesTheDeviceDown()
    {
        AgentDevice device;
        beginSwap(device, "online = False");
        for (int i = 0; i < 4; ++i) {
            QCOMPARE(swapStatus(device).progress, control::SwapProgress::Confirming);
            device.kill();
            QVERIFY(device.start(fast));
        }
        QVERIFY(waitForSwap(device, control::SwapProgress::RolledBack));
        QVERIFY(swapStatus(device).remarks.contains(u"restarted"_s));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
    }

    void goesOnWithADamagedJournal()
    {
        AgentDevice device;
        device.write(u"wdog/agent-swap.json"_s, "{\"format\": 1, \"phase\": \"conf");
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        QCOMPARE(swapStatus(device).progress, control::SwapProgress::None);
        QVERIFY(QFile::exists(device.path(u"wdog/agent-swap.json.damaged"_s)));
    }

private:
    // It isn't over while the test goes on.
    static control::Swap swapToNew(const AgentDevice &device, const QString &key = u"9:a"_s)
    {
        return agentSwap(device.path(u"downloads/new"_s), 2, 3000, key);
    }
    // Until the new agent runs and is in probation; `ways` keep it from that.
    static void beginSwap(AgentDevice &device, const QByteArray &ways)
    {
        device.addRelease(u"downloads/new"_s, 2, ways);
        QVERIFY(device.start(fast));
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(1), patience);
        QVERIFY(ControlClient(device).ask(swapToNew(device)).has_value());
        QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(2), patience);
    }
    // As often as it takes for the new release to be given up.
    static void killNewAgents(const AgentDevice &device)
    {
        for (int i = 0; i < 3; ++i) {
            QTRY_VERIFY_WITH_TIMEOUT(device.onlyRuns(2), patience);
            const qint64 pid = device.running(u"sgn-agent"_s).constFirst();
            ::kill(static_cast<pid_t>(pid), SIGKILL);
            QTRY_VERIFY_WITH_TIMEOUT(!device.running(u"sgn-agent"_s).contains(pid), patience);
        }
    }
    // Empty while no debugger is attached.
    static QByteArray readTracer(qint64 pid)
    {
        QFile status(u"/proc/%1/status"_s.arg(pid));
        if (!status.open(QIODevice::ReadOnly)) {
            return {};
        }
        const QByteArray text = status.readAll();
        const qsizetype at = text.indexOf("TracerPid:\t") + 11;
        return text.mid(at, 1) == "0" ? QByteArray() : text.mid(at, 8);
    }
};

QTEST_GUILESS_MAIN(WatchdogSwap)
#include "tst_watchdog_swap.moc"
