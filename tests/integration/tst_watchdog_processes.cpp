// SPDX-License-Identifier: GPL-3.0-or-later
// Real processes under a real watchdog.
#include "integration/WatchdogDevice.h"
#include "support/OddFile.h"
#include "support/Sanitizer.h"

#include <csignal>
#include <QJsonArray>
#include <QJsonDocument>
#include <sys/xattr.h>

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int fast = 20; // 60 s become 3 s

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// A control group below ours that is marked as systemd marks what it hands over (Delegate=yes).
class DelegatedGroup
{
public:
    DelegatedGroup()
    {
        for (const QByteArray &line : readAll(u"/proc/self/mounts"_s).split('\n')) {
            if (line.contains(" cgroup2 ")) {
                m_mount = line.split(' ').at(1);
            }
        }
        for (const QByteArray &line : readAll(u"/proc/self/cgroup"_s).split('\n')) {
            if (line.startsWith("0::/")) {
                m_folder = m_mount + line.sliced(3) + "/sgn-test-" + QByteArray::number(::getpid());
            }
        }
        m_isThere = !m_mount.isEmpty() && ::mkdir(m_folder.constData(), 0755) == 0 &&
                    (::setxattr(m_folder.constData(), "trusted.delegate", "1", 1, 0) == 0 ||
                     ::setxattr(m_folder.constData(), "user.delegate", "1", 1, 0) == 0);
    }
    ~DelegatedGroup()
    {
        for (const QString &group : QDir(QString::fromLatin1(m_folder)).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            ::rmdir((m_folder + '/' + group.toLatin1()).constData());
        }
        ::rmdir(m_folder.constData());
    }
    DelegatedGroup(const DelegatedGroup &) = delete;
    DelegatedGroup &operator=(const DelegatedGroup &) = delete;

    [[nodiscard]] bool isThere() const { return m_isThere; }
    [[nodiscard]] QStringList wrapper() const
    {
        return {u"/bin/sh"_s, u"-c"_s, u"echo $$ >%1/cgroup.procs && exec \"$@\""_s.arg(QString::fromLatin1(m_folder)),
                u"sh"_s};
    }
    [[nodiscard]] static QByteArray of(qint64 pid)
    {
        for (const QByteArray &line : readAll(u"/proc/%1/cgroup"_s.arg(pid)).split('\n')) {
            if (line.startsWith("0::")) {
                return line.sliced(3);
            }
        }
        return {};
    }

private:
    QByteArray m_mount;
    QByteArray m_folder;
    bool m_isThere = false;
};

// A meter that another program than the watchdog starts.
void startAsCron(QProcess &process, const WatchdogDevice &device, const QString &name)
{
    QProcessEnvironment environment;
    environment.insert(u"SGN_HEARTBEAT_PORT"_s, QString::number(device.port()));
    process.setProcessEnvironment(environment);
    process.setStandardOutputFile(QProcess::nullDevice());
    process.setChildProcessModifier([] {
        if (::geteuid() == 0 && (::setgid(WatchdogDevice::owner()) != 0 || ::setuid(WatchdogDevice::owner()) != 0)) {
            ::_exit(1);
        }
    });
    process.start(device.path(u"SmartMeter/%1.py"_s.arg(name)), QStringList());
    QVERIFY(process.waitForStarted(patience));
}

// What setproctitle does: writes over the arguments.
const char *const titled = R"(import ctypes
stat = open("/proc/self/stat").read().rsplit(chr(41), 1)[1].split()
first, end = int(stat[45]), int(stat[46])
ctypes.memset(first, 0, end - first)
ctypes.memmove(first, b"meter", min(5, end - first - 1))
)";
const char *const sendsByAWorker = R"(import multiprocessing
def work():
    while True:
        beat()
        time.sleep(0.2)
multiprocessing.get_context("fork").Process(target=work).start()
signal.pause()
)";

bool isAlive(qint64 pid)
{
    QFile stat(u"/proc/%1/stat"_s.arg(pid));
    return stat.open(QIODevice::ReadOnly) && !stat.readAll().contains(") Z ");
}

} // namespace

class WatchdogProcesses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsAKilledProcessAgain()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start());
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        const auto first = device.starts(u"ocr"_s).constLast();

        // Right after its start: a second has to pass between two starts.
        ::kill(static_cast<pid_t>(first.pid), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), 2, patience);
        const auto second = device.starts(u"ocr"_s).constLast();
        const double sinceStart = static_cast<double>(second.at - first.at) / 1e9;
        qInfo("started again %.3f s after the last start", sinceStart);
        QVERIFY(sinceStart > 0.5); // each of the two may have been late with its first line
        QTRY_COMPARE_WITH_TIMEOUT(client.process(u"ocr"_s).pid, second.pid, patience);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        const ProcessReport report = client.process(u"ocr"_s);
        QCOMPARE(report.restarts24h, 1);
        QVERIFY(!report.isDead);
        QVERIFY(report.lastExit && report.lastExit->signal == SIGKILL && report.lastExit->heartbeatAgeS);
    }

    void startsAtOnceWhatHasBeenUpForAWhile()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(fast)); // "a while" is 50 ms
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        const auto first = device.starts(u"ocr"_s).constLast();
        QTRY_VERIFY_WITH_TIMEOUT(WatchdogDevice::monotonicNs() - first.at > 200'000'000, patience);
        const qint64 killed = WatchdogDevice::monotonicNs();
        ::kill(static_cast<pid_t>(first.pid), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), 2, patience);
        const double latency = static_cast<double>(device.starts(u"ocr"_s).constLast().at - killed) / 1e6;
        qInfo("from the kill to the first line of Python: %.1f ms", latency);
    }

    void reportsAMeterWhoseHeartbeatsCountForNothing_data()
    {
        QTest::addColumn<QByteArray>("from"); // in the meter's script
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("start");
        QTest::addColumn<QString>("why");
        const QString named = u"the heartbeats of \"ocr\" (process %1 ("_s;
        QTest::newRow("version as text") << QByteArray("\"version\": 1") << QByteArray("\"version\": '1.3.2'") << named
                                         << u"field \"version\" must be a whole number"_s;
        QTest::newRow("another number") << QByteArray("os.getpid(),\n") << QByteArray("4194304,\n") << named
                                        << u"isn't process 4194304"_s;
        QTest::newRow("a command line") << QByteArray("os.path.abspath(__file__), \"v")
                                        << QByteArray("'/usr/bin/python3 ' + os.path.abspath(__file__), \"v") << named
                                        << u"cannot find /usr/bin/python3 "_s;
        QTest::newRow("Python's own form")
            << QByteArray("json.dumps(") << QByteArray("repr(") << u"what process %1 ("_s << u"not valid JSON"_s;
    }

    void reportsAMeterWhoseHeartbeatsCountForNothing()
    {
        QFETCH(const QByteArray, from);
        QFETCH(const QByteArray, to);
        QFETCH(const QString, start);
        QFETCH(const QString, why);
        WatchdogDevice device;
        QByteArray script = WatchdogDevice::meterScript();
        QCOMPARE(script.count(from), 1);
        device.write(u"SmartMeter/ocr.py"_s, script.replace(from, to), 0755);
        QVERIFY(device.start());
        ControlClient client(device);
        QVERIFY(client.hello());
        QProcess meter;
        startAsCron(meter, device, u"ocr"_s);
        QTRY_VERIFY_WITH_TIMEOUT(!client.problem().isEmpty(), patience);
        const QString problem = client.problem();
        QVERIFY2(problem.startsWith(start.arg(meter.processId())) && problem.contains(why), qPrintable(problem));
        QCOMPARE(client.problemEvents().constLast(), problem);
        QVERIFY(client.status().isEmpty());
        meter.kill();
        QVERIFY(meter.waitForFinished(patience));
        // The same meter, mended.
        device.addMeter(u"ocr"_s);
        startAsCron(meter, device, u"ocr"_s);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QTRY_VERIFY_WITH_TIMEOUT(why.contains(u"JSON"_s) || client.problem().isEmpty(), patience);
        device.killAll();
        QVERIFY(meter.waitForFinished(patience));
    }

    void followsAProcessThatAReleaseRenames()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start());
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        const auto exchange = [&](const QByteArray &extra, int version, const QString &name) {
            QVERIFY(client.ask(control::Hold{Component::SmartMeter, 60}).has_value());
            device.addMeter(u"ocr"_s, extra, version);
            QVERIFY(client.ask(control::Resume{Component::SmartMeter, {{name, version}}}).has_value());
            QVERIFY(client.waitForState(name, ProcessState::Running));
            QCOMPARE(client.process(name).version, version);
            QCOMPARE(client.status().size(), 1);
            QCOMPARE(device.running(u"ocr.py"_s).size(), 1);
        };
        exchange("name = 'reader'", 2, u"reader"_s);
        exchange({}, 1, u"ocr"_s); // rolled back
    }

    void endsAndRestartsWhatHangs()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s, "print('last output')");
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.hello());
        QVERIFY(client.startMeters({u"ocr"_s}));
        const qint64 pid = device.starts(u"ocr"_s).constLast().pid;
        ::kill(static_cast<pid_t>(pid), SIGSTOP);
        QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), 2, patience);
        QVERIFY(!isAlive(pid));
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        const auto exit = client.process(u"ocr"_s).lastExit;
        QVERIFY(exit.has_value());
        QVERIFY(*exit->heartbeatAgeS >= 2.9);
        QCOMPARE(exit->lastLines, QStringList{u"last output"_s});
        QList<ProcessState> states;
        for (const ProcessReport &event : client.events(u"ocr"_s)) {
            states += event.state;
        }
        QCOMPARE(states.last(4),
                 (QList{ProcessState::Running, ProcessState::Hung, ProcessState::Starting, ProcessState::Running}));
    }

    void killsTheWholeTreeOfWhatWontEnd()
    {
        WatchdogDevice device;
        // Ignores TERM, and so do its children: one in its session, one in a group, one in a session of its own.
        device.addMeter(u"stubborn"_s, R"(signal.signal(signal.SIGTERM, signal.SIG_IGN)
for away in (lambda: None, lambda: os.setpgid(0, 0), os.setsid):
    if os.fork() == 0:
        away()
        note()
        while True: time.sleep(1)
)");
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"stubborn"_s}));
        QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"stubborn"_s).size(), 4, patience);
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 60}).has_value());
        QTRY_VERIFY_WITH_TIMEOUT(device.running(u"stubborn.py"_s).isEmpty(), patience);
        QCOMPARE(client.process(u"stubborn"_s).state, ProcessState::Held);
    }

    void givesEachProcessAControlGroup()
    {
        DelegatedGroup group;
        if (!group.isThere()) {
            QSKIP("needs a control group of version 2 that it may divide");
        }
        // What it starts leaves its session, its parent and its program behind: only the group still knows it.
        const QByteArray forksAway = R"(if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with open(root + "/away-" + name, "a") as f: f.write("%d\n" % os.getpid())
        os.execv("/bin/sleep", ["sleep", "1000"])
    os._exit(0)
)";
        const auto away = [](const WatchdogDevice &device) {
            QList<qint64> pids;
            for (const QByteArray &line : device.read(u"away-ocr"_s).split('\n')) {
                if (!line.isEmpty()) {
                    pids += line.toLongLong();
                }
            }
            return pids;
        };
        WatchdogDevice device;
        device.addMeter(u"ocr"_s, forksAway);
        device.addMeter(u"dlms"_s);
        QVERIFY(device.start(fast, group.wrapper()));
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s, u"dlms"_s}));
            QTRY_COMPARE_WITH_TIMEOUT(away(device).size(), 1, patience);
            const qint64 ocr = *client.process(u"ocr"_s).pid;
            QVERIFY(DelegatedGroup::of(ocr).contains("/process-"));
            QCOMPARE(DelegatedGroup::of(away(device).constFirst()), DelegatedGroup::of(ocr));
            QVERIFY(DelegatedGroup::of(*client.process(u"dlms"_s).pid) != DelegatedGroup::of(ocr));
            QVERIFY(!DelegatedGroup::of(device.pid()).contains("/process-"));

            ::kill(static_cast<pid_t>(ocr), SIGKILL);
            QTRY_COMPARE_WITH_TIMEOUT(away(device).size(), 2, patience);
            QTRY_VERIFY_WITH_TIMEOUT(!isAlive(away(device).at(0)), patience);
            QVERIFY(isAlive(away(device).at(1)));
            QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        }
        // The next watchdog knows the group of what it adopts.
        device.kill();
        QVERIFY(device.start(fast, group.wrapper()));
        ControlClient client(device);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 60}).has_value());
        QTRY_VERIFY_WITH_TIMEOUT(!isAlive(away(device).at(1)), patience);
        QVERIFY(device.running().isEmpty());
    }

    void takesNothingForDeadWhenTheClockJumps()
    {
        if (isSanitized) {
            QSKIP("the sanitizer's library has to be loaded before any other");
        }
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        const qint64 now = QDateTime::currentSecsSinceEpoch();
        const auto setClock = [&device](qint64 offset) {
            device.write(u"clock"_s, QByteArray::number(offset));
        };
        setClock(-now); // a Pi comes up in 1970
        QVERIFY(device.start(fast, {u"/usr/bin/env"_s, u"LD_PRELOAD="_s + QStringLiteral(SGN_SHIFTED_CLOCK),
                                    u"SGN_CLOCK_SHIFT="_s + device.path(u"clock"_s)}));
        ControlClient client(device);
        QVERIFY(client.hello());
        QVERIFY(client.startMeters({u"ocr"_s}));
        QVERIFY(device.read(u"logs/watchdog.log"_s).contains("1970-01-01T"));
        constexpr qint64 year = 365LL * 24 * 3600;
        for (const qint64 offset : {10 * year, -now, qint64{0}, -40 * year, 20 * year}) {
            setClock(offset);
            QTest::qWait(1000); // a third of what a process may be silent; five of them are more than that
        }
        const ProcessReport process = client.process(u"ocr"_s);
        QCOMPARE(process.state, ProcessState::Running);
        QVERIFY(!process.isDead);
        QVERIFY(!process.lastExit);
        QCOMPARE(process.restarts24h, 0);
        QCOMPARE(device.starts(u"ocr"_s).size(), 1);
        for (const ProcessReport &event : client.events(u"ocr"_s)) {
            QVERIFY(event.state == ProcessState::Starting || event.state == ProcessState::Running);
            QVERIFY(!event.isDead);
        }
        // And what does end is seen as ever.
        ::kill(static_cast<pid_t>(*process.pid), SIGSTOP);
        QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), 2, patience);
    }

    void leavesNothingBehindOfWhatForksAway()
    {
        WatchdogDevice device;
        device.addMeter(u"daemon"_s, R"(if os.fork() > 0: os._exit(0)
os.setsid()
if os.fork() > 0: os._exit(0)
note()
time.sleep(1000)
)");
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.ask(control::Resume{Component::SmartMeter, {{u"daemon"_s, 1}}}).has_value());
        QVERIFY(client.waitForState(u"daemon"_s, ProcessState::CrashLoop));
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 60}).has_value());
        QTRY_VERIFY_WITH_TIMEOUT(device.running(u"daemon.py"_s).isEmpty(), patience);
    }

    void reportsACrashLoopWithTheLastLines()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s, "for i in range(30): print('line', i)\nsys.exit(3)");
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.hello());
        QVERIFY(client.ask(control::Resume{Component::SmartMeter, {{u"ocr"_s, 1}}}).has_value());
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::CrashLoop));
        const ProcessReport report = client.process(u"ocr"_s);
        QVERIFY(report.lastExit.has_value());
        QCOMPARE(report.lastExit->code, 3);
        QCOMPARE(report.lastExit->lastLines.size(), 20);
        QCOMPARE(report.lastExit->lastLines.constLast(), u"line 29"_s);
        QVERIFY(*report.restarts24h >= 4);
        QTRY_COMPARE_WITH_TIMEOUT(client.events(u"ocr"_s).constLast().state, ProcessState::CrashLoop, patience);
        QTRY_VERIFY_WITH_TIMEOUT(client.process(u"ocr"_s).isDead, patience);

        // It goes on being tried: a corrected program comes up by itself.
        device.addMeter(u"ocr"_s);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QVERIFY(!client.process(u"ocr"_s).isDead);
    }

    void reportsAProgramThatCannotBeStarted()
    {
        WatchdogDevice device;
        device.write(u"SmartMeter/ocr"_s, "#!/no/such/interpreter\n", 0755);
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.ask(control::Resume{Component::SmartMeter, {{u"ocr"_s, 1}}}).has_value());
        QCOMPARE(client.process(u"ocr"_s).state, ProcessState::Dead);
        QVERIFY(device.read(u"logs/watchdog.log"_s).contains("cannot execute it: No such file or directory"));
        // No shell comes to the rescue of a file without "#!".
        device.write(u"SmartMeter/ocr"_s, "touch \"$0.ran\"\n", 0755);
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"logs/watchdog.log"_s).contains("Exec format error"), patience);
        QVERIFY(!QFile::exists(device.path(u"SmartMeter/ocr.ran"_s)));
    }

    void holdsAndReleases()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        device.addMeter(u"counter"_s);
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s, u"counter"_s}));
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 600}).has_value());
        QVERIFY(device.running().isEmpty()); // the answer came when they were gone
        QCOMPARE(client.process(u"ocr"_s).state, ProcessState::Held);
        QCOMPARE(client.ask(control::Restart{u"ocr"_s}).error().code, ErrorCode::Busy);

        // A new release: one changed, one gone, one new.
        QVERIFY(QFile::remove(device.path(u"SmartMeter/counter.py"_s)));
        device.addMeter(u"ocr"_s, {}, 2);
        device.addMeter(u"fresh"_s, {}, 5);
        QVERIFY(client.ask(control::Resume{Component::SmartMeter, {{u"ocr"_s, 2}, {u"fresh"_s, 5}}}).has_value());
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QVERIFY(client.waitForState(u"fresh"_s, ProcessState::Running));
        QCOMPARE(client.process(u"ocr"_s).version, 2);
        QCOMPARE(client.process(u"fresh"_s).version, 5);
        QCOMPARE(client.status().size(), 2);
        QVERIFY(!client.process(u"ocr"_s).lastExit); // it was ordered to end
        QCOMPARE(client.process(u"ocr"_s).restarts24h, 0);
    }

    void onlyTheNewProcessConfirmsANewRelease()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(3));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        const qint64 oldPid = *client.process(u"ocr"_s).pid;
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 600}).has_value());
        device.addMeter(u"ocr"_s, "time.sleep(1000)", 2); // sends nothing
        QVERIFY(client.ask(control::Resume{Component::SmartMeter, {{u"ocr"_s, 2}}}).has_value());
        QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), 2, patience);
        const qint64 newPid = device.starts(u"ocr"_s).constLast().pid;
        const auto beat = [&](qint64 pid, int version) {
            device.send(R"({"command":"heart_beat","process_name":"ocr","version":)" + QByteArray::number(version) +
                        R"(,"pid_of_process":)" + QByteArray::number(pid) + R"(,"run_command":")" +
                        device.path(u"SmartMeter/ocr.py"_s).toUtf8() + R"("})");
        };
        const auto isConfirmed = [&] {
            const ProcessReport process = client.process(u"ocr"_s);
            return process.state == ProcessState::Running && process.version == 2;
        };
        // The pids of the old process, of the watchdog and of another program.
        for (const qint64 pid : {oldPid, device.pid(), static_cast<qint64>(::getpid())}) {
            beat(pid, 2);
        }
        QTest::qWait(300);
        QCOMPARE(client.process(u"ocr"_s).state, ProcessState::Starting);
        // The new process, but with the old version in it.
        beat(newPid, 1);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QVERIFY(!isConfirmed());
        QTRY_VERIFY_WITH_TIMEOUT((beat(newPid, 2), isConfirmed()), patience);
    }

    void aHoldExpiresByItself()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 5}).has_value());
        QVERIFY(device.running().isEmpty());
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
    }

    void aHoldOutlivesTheWatchdog()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(fast));
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s}));
            QVERIFY(client.ask(control::Hold{Component::SmartMeter, 600}).has_value());
            QVERIFY(device.read(u"wdog/processes.json"_s).contains("hold_until_ms"));
        }
        device.kill();
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QCOMPARE(client.process(u"ocr"_s).state, ProcessState::Held);
        QVERIFY(device.running().isEmpty());
        QVERIFY(client.startMeters({u"ocr"_s}));
    }

    void adoptsWhatOutlivedTheWatchdog_data()
    {
        QTest::addColumn<bool>("killed");
        QTest::newRow("stopped") << false;
        QTest::newRow("kill -9") << true;
    }

    void adoptsWhatOutlivedTheWatchdog()
    {
        QFETCH(const bool, killed);
        WatchdogDevice device;
        const QStringList names{u"a"_s, u"b"_s, u"c"_s};
        for (const QString &name : names) {
            device.addMeter(name);
        }
        QVERIFY(device.start(fast));
        QList<qint64> pids;
        {
            ControlClient client(device);
            QVERIFY(client.startMeters(names));
            pids = device.running();
            QCOMPARE(pids.size(), 3);
        }
        if (killed) {
            device.kill();
        } else {
            device.stop();
            QCOMPARE(device.exitCode(), 0);
        }
        QCOMPARE(device.running(), pids);
        QVERIFY(device.start(fast));
        ControlClient client(device);
        for (const QString &name : names) {
            QVERIFY(client.waitForState(name, ProcessState::Running));
        }
        QCOMPARE(device.running(), pids); // none doubled, none restarted

        // Their end is seen as before, only not how.
        const qint64 pid = *client.process(u"a"_s).pid;
        ::kill(static_cast<pid_t>(pid), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(client.process(u"a"_s).pid.value_or(pid) != pid, patience);
        QVERIFY(client.process(u"a"_s).lastExit && !client.process(u"a"_s).lastExit->signal);
        QVERIFY(client.waitForState(u"a"_s, ProcessState::Running));
        QCOMPARE(device.running().size(), 3);
    }

    void startsWhatDiedWithoutAWatchdog_data()
    {
        QTest::addColumn<bool>("isDamaged");
        QTest::newRow("known from its table") << false;
        QTest::newRow("from the copy of a damaged one") << true;
    }

    void startsWhatDiedWithoutAWatchdog()
    {
        QFETCH(const bool, isDamaged);
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(fast));
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s}));
        }
        device.kill();
        device.killAll();
        if (isDamaged) {
            device.write(u"wdog/processes.json"_s, QByteArray(300, '\0'));
        }
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QCOMPARE(device.running().size(), 1);
    }

    void findsAProcessThatTheRegistryMissed()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(device.start(fast));
        QByteArray registry;
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s}));
            QTRY_VERIFY_WITH_TIMEOUT((registry = device.read(u"wdog/processes.json"_s)).contains("\"pid\""), patience);
        }
        const QList<qint64> pids = device.running();
        device.kill();
        // As if the watchdog had been killed between the start and writing that down.
        const QByteArray pid = "\"pid\": " + QByteArray::number(pids.constFirst());
        QVERIFY(registry.contains(pid));
        device.write(u"wdog/processes.json"_s, registry.replace(pid, "\"pid\": 4000000"));
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QCOMPARE(device.running(), pids);
    }

    void savesAProcessBeforeItReportsIt()
    {
        // A power cut right after that must not leave it unknown, although the card is spared otherwise.
        WatchdogDevice device;
        for (const auto &name : {u"ocr"_s, u"dlms"_s, u"cron"_s}) {
            device.addMeter(name);
        }
        QVERIFY(device.start(1));
        ControlClient client(device);
        const auto isSaved = [&device](const QString &name) {
            const QJsonArray saved =
                QJsonDocument::fromJson(device.read(u"wdog/processes.json"_s))["processes"_L1].toArray();
            return std::ranges::any_of(saved, [&](const QJsonValue &process) {
                return process["run_command"_L1].toString().endsWith(u"/SmartMeter/%1.py"_s.arg(name));
            });
        };
        QVERIFY(client.hello());
        QVERIFY(client.startMeters({u"ocr"_s}));
        QVERIFY(isSaved(u"ocr"_s));
        QVERIFY(client.startMeters({u"ocr"_s, u"dlms"_s}));
        QVERIFY(isSaved(u"dlms"_s));
        QProcess cron;
        startAsCron(cron, device, u"cron"_s);
        QVERIFY(QTest::qWaitFor([&] { return !client.events(u"cron"_s).isEmpty(); }, patience));
        QVERIFY(isSaved(u"cron"_s));
        cron.kill();
        cron.waitForFinished(patience);
        // And what a release hasn't any more is forgotten as quickly.
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 60}).has_value());
        QVERIFY(QFile::remove(device.path(u"SmartMeter/dlms.py"_s)));
        QVERIFY(client.startMeters({u"ocr"_s, u"cron"_s}));
        QVERIFY(!isSaved(u"dlms"_s));
    }

    void startsEverythingAfterABoot()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        device.addMeter(u"cron"_s);
        QVERIFY(device.start(fast));
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s, u"cron"_s}));
        }
        device.stop();
        device.killAll();
        QJsonObject registry = QJsonDocument::fromJson(device.read(u"wdog/processes.json"_s)).object();
        registry[u"boot_id"_s] = u"another boot"_s;
        device.write(u"wdog/processes.json"_s, QJsonDocument(registry).toJson());
        // One comes up by itself, as cron would start it.
        QProcess cron;
        startAsCron(cron, device, u"cron"_s);
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QVERIFY(client.waitForState(u"cron"_s, ProcessState::Running));
        QCOMPARE(client.process(u"cron"_s).pid, cron.processId());
        QCOMPARE(device.running().size(), 2);
        cron.kill();
        cron.waitForFinished(patience);
    }

    void startsAgainWhatAReleaseHadNoneOf()
    {
        // A release without a process is rolled back: its program, whose name no rule could derive, runs again.
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        device.addMeter(u"reader"_s, "name = 'uplink'");
        QVERIFY(device.start(fast));
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s}));
            QProcess cron;
            startAsCron(cron, device, u"reader"_s);
            QVERIFY(client.waitForState(u"uplink"_s, ProcessState::Running));
            QVERIFY(client.ask(control::Hold{Component::SmartMeter, 600}).has_value());
            QTRY_VERIFY_WITH_TIMEOUT(cron.state() == QProcess::NotRunning, patience);
            QVERIFY(QFile::rename(device.path(u"SmartMeter/reader.py"_s), device.path(u"reader.py"_s)));
            QVERIFY(client.startMeters({u"ocr"_s}));
            QCOMPARE(client.status().size(), 1);
        }
        device.kill();
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QCOMPARE(client.status().size(), 1);
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 600}).has_value());
        QVERIFY(QFile::rename(device.path(u"reader.py"_s), device.path(u"SmartMeter/reader.py"_s)));
        QVERIFY(client.startMeters({u"ocr"_s, u"uplink"_s}));
        QCOMPARE(device.running(u"reader.py"_s).size(), 1);
        QVERIFY(!device.read(u"wdog/processes.json"_s).contains("retired"));
    }

    void goesOnWithADamagedRegistry()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        device.write(u"wdog/processes.json"_s, QByteArray(300, '\0'));
        QVERIFY(device.start(fast));
        QVERIFY(QFile::exists(device.path(u"wdog/processes.json.damaged"_s)));
        QVERIFY(device.read(u"logs/watchdog.log"_s).contains("starting with an empty process table"));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
    }

    void startsWhateverBearsTheNamesOfItsFiles_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("kind");
        for (const auto *const name :
             {"logs/watchdog.log", "logs/ocr.log", "wdog/processes.json", "wdog/processes.json.copy",
              "wdog/agent-swap.json", "wdog/lock", "wdog/control.sock"}) {
            for (const auto *const kind : {"pipe", "folder with content", "link to nothing"}) {
                QTest::addRow("%s: %s", name, kind) << QString::fromLatin1(name) << QString::fromLatin1(kind);
            }
        }
        for (const auto *const name : {"wdog", "logs"}) {
            QTest::addRow("%s: pipe", name) << QString::fromLatin1(name) << u"pipe"_s;
            QTest::addRow("%s: link to nothing", name) << QString::fromLatin1(name) << u"link to nothing"_s;
        }
    }

    void startsWhateverBearsTheNamesOfItsFiles()
    {
        QFETCH(const QString, name);
        QFETCH(const QString, kind);
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        if (!name.contains(u'/')) {
            QVERIFY(QDir(device.path(name)).removeRecursively());
        }
        QVERIFY(putInPlaceOf(device.path(name), kind));
        WatchdogDevice::own(device.path(name));
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        // What it writes is written, and the next watchdog goes on with it.
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"wdog/processes.json"_s).contains("ocr"), patience);
        QTRY_VERIFY_WITH_TIMEOUT(device.read(u"wdog/processes.json.copy"_s).contains("ocr"), patience);
        QVERIFY(device.read(u"logs/watchdog.log"_s).contains(" supervises "));
        device.stop();
        QVERIFY(device.start(fast));
        ControlClient next(device);
        QVERIFY(next.waitForState(u"ocr"_s, ProcessState::Running));
        QCOMPARE(device.starts(u"ocr"_s).size(), 1);
    }

    void runsProcessesAsTheirOwnerWithNothingOfItsOwn()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s,
                        R"(print(json.dumps({"env": dict(os.environ), "cwd": os.getcwd(), "groups": os.getgroups(),
    "uids": os.getresuid(), "gids": os.getresgid(), "sid": os.getsid(0), "pid": os.getpid(),
    "umask": os.umask(0o22), "fds": sorted(int(f) for f in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + f)),
    "mask": [int(l.split()[1], 16) for l in open("/proc/self/status") if l.startswith(("SigBlk", "SigIgn"))],
    "stdin": os.readlink("/proc/self/fd/0")})))");
        qputenv("SECRET_OF_THE_WATCHDOG", "x");
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        const QJsonObject seen = QJsonDocument::fromJson(device.read(u"logs/ocr.log"_s)).object();
        QVERIFY(!seen.isEmpty());
        const auto owner = static_cast<qint64>(WatchdogDevice::owner());
        QCOMPARE(seen[u"uids"_s].toArray(), (QJsonArray{owner, owner, owner}));
        if (::geteuid() == 0) {
            QCOMPARE(seen[u"gids"_s].toArray(), (QJsonArray{owner, owner, owner}));
            QCOMPARE(seen[u"groups"_s].toArray(), QJsonArray{owner});
        }
        QVERIFY(owner != 0);
        QCOMPARE(seen[u"sid"_s], seen[u"pid"_s]);
        QCOMPARE(seen[u"cwd"_s].toString(), device.path(u"SmartMeter"_s));
        QCOMPARE(seen[u"stdin"_s].toString(), u"/dev/null"_s);
        QCOMPARE(seen[u"umask"_s].toInt(), 022);
        QCOMPARE(seen[u"mask"_s].toArray().at(0).toInt(), 0);
        // 0 to 2, and 3 for Python's heartbeat socket.
        QCOMPARE(seen[u"fds"_s].toArray(), (QJsonArray{0, 1, 2, 3}));
        QStringList names = seen[u"env"_s].toObject().keys();
        names.removeAll(u"LC_CTYPE"_s); // Python's own
        QCOMPARE(names, (QStringList{u"HOME"_s, u"LANG"_s, u"LOGNAME"_s, u"PATH"_s, u"PYTHONUNBUFFERED"_s,
                                     u"SGN_DATA_DIR"_s, u"SGN_HEARTBEAT_PORT"_s, u"USER"_s}));
        // Theirs to write in.
        QCOMPARE(seen[u"env"_s][u"SGN_DATA_DIR"_s].toString(), device.path(u"data"_s));
        const QFileInfo data(device.path(u"data"_s));
        QVERIFY(data.isDir());
        QCOMPARE(static_cast<qint64>(data.ownerId()), owner);
    }

    void keepsRootsHandsOffTheOwnersLinks()
    {
        if (::geteuid() != 0) {
            QSKIP("only root has rights that a link could borrow");
        }
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        const QTemporaryDir roots; // 0700, root's
        QFile secret(roots.path() + u"/secret"_s);
        QVERIFY(secret.open(QIODevice::WriteOnly));
        secret.write("untouched\n");
        secret.close();
        for (const auto name : {"logs/ocr.log"_L1, "logs/watchdog.log"_L1, "wdog/processes.json"_L1}) {
            QVERIFY(QFile::link(secret.fileName(), device.path(name)));
        }
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        ::kill(static_cast<pid_t>(device.starts(u"ocr"_s).constLast().pid), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), 2, patience);
        QVERIFY(secret.open(QIODevice::ReadOnly));
        QCOMPARE(secret.readAll(), QByteArray("untouched\n"));
    }

    void supervisesMetersAsTheyAreWritten_data()
    {
        QTest::addColumn<QByteArray>("wrapper"); // SmartMeter/ocr, if there is one
        QTest::addColumn<QByteArray>("extra");   // of the Python program
        QTest::newRow("plain") << QByteArray() << QByteArray();
        QTest::newRow("gives itself a title") << QByteArray() << QByteArray(titled);
        QTest::newRow("a worker sends the heartbeats") << QByteArray() << QByteArray(sendsByAWorker);
        QTest::newRow("a worker of one with a title") << QByteArray() << QByteArray(titled) + sendsByAWorker;
        QTest::newRow("a wrapper becomes it") << QByteArray("exec ${0%/*}/reader.py") << QByteArray();
        QTest::newRow("a wrapper waits for it") << QByteArray("${0%/*}/reader.py; exit $?") << QByteArray();
        QTest::newRow("a wrapper waits for one with a title")
            << QByteArray("${0%/*}/reader.py; exit $?") << QByteArray(titled);
        QTest::newRow("a wrapper runs it in the background") << QByteArray("${0%/*}/reader.py & wait") << QByteArray();
    }

    void supervisesMetersAsTheyAreWritten()
    {
        QFETCH(QByteArray, wrapper);
        QFETCH(QByteArray, extra);
        WatchdogDevice device;
        if (wrapper.isEmpty()) {
            device.addMeter(u"ocr"_s, extra);
        } else {
            device.write(u"SmartMeter/ocr"_s, "#!/bin/sh\n" + wrapper + '\n', 0755);
            device.write(u"SmartMeter/reader.py"_s,
                         WatchdogDevice::meterScript(extra).replace("def note():", "name = 'ocr'\ndef note():"), 0755);
        }
        QVERIFY(device.start(fast));
        qint64 pid = 0;
        {
            ControlClient client(device);
            QVERIFY(client.startMeters({u"ocr"_s}));
            pid = *client.process(u"ocr"_s).pid;
        }
        // A watchdog that comes back starts no second copy, also if it was killed before it had saved the number.
        for (const bool isSaved : {true, false}) {
            device.kill();
            if (!isSaved) {
                QJsonObject registry = QJsonDocument::fromJson(device.read(u"wdog/processes.json"_s)).object();
                QJsonArray processes = registry[u"processes"_s].toArray();
                QJsonObject process = processes[0].toObject();
                process.remove(u"identity"_s);
                processes[0] = process;
                registry[u"processes"_s] = processes;
                device.write(u"wdog/processes.json"_s, QJsonDocument(registry).toJson());
            }
            QVERIFY(device.start(fast));
            ControlClient client(device);
            QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
            QCOMPARE(client.process(u"ocr"_s).pid, pid);
            QCOMPARE(device.starts(u"ocr"_s).size(), 1);
        }
        // Longer than a silence may last: none is ended while it reports.
        ControlClient client(device);
        const qint64 since = WatchdogDevice::monotonicNs();
        QVERIFY(QTest::qWaitFor([&] { return WatchdogDevice::monotonicNs() - since > 4'000'000'000; }, patience));
        QCOMPARE(client.process(u"ocr"_s).pid, pid);
        QCOMPARE(device.starts(u"ocr"_s).size(), 1);
        // It ends as a whole, and comes back once.
        const qint64 reader = device.starts(u"ocr"_s).constFirst().pid;
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 600}).has_value());
        QTRY_VERIFY_WITH_TIMEOUT(!isAlive(pid) && !isAlive(reader), patience);
        QVERIFY(client.startMeters({u"ocr"_s}));
        QCOMPARE(device.starts(u"ocr"_s).size(), 2);
    }

    void takesInWhatAnotherProgramStartedAsItIsWritten_data()
    {
        QTest::addColumn<QByteArray>("extra");
        QTest::newRow("plain") << QByteArray();
        QTest::newRow("gives itself a title") << QByteArray(titled);
        QTest::newRow("a worker sends the heartbeats") << QByteArray(sendsByAWorker);
    }

    void takesInWhatAnotherProgramStartedAsItIsWritten()
    {
        QFETCH(QByteArray, extra);
        WatchdogDevice device;
        device.addMeter(u"ocr"_s, extra);
        QVERIFY(device.start(fast));
        QProcess cron;
        startAsCron(cron, device, u"ocr"_s);
        {
            ControlClient client(device);
            QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
            QCOMPARE(client.process(u"ocr"_s).pid, cron.processId());
        }
        device.kill();
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
        QCOMPARE(client.process(u"ocr"_s).pid, cron.processId());
        QCOMPARE(device.starts(u"ocr"_s).size(), 1);
        QCOMPARE(cron.state(), QProcess::Running);
        ::kill(static_cast<pid_t>(cron.processId()), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), 2, patience);
        cron.waitForFinished(patience);
    }

    void oneProgramUnderTwoNames()
    {
        WatchdogDevice device;
        device.write(u"SmartMeter/meter.py"_s, WatchdogDevice::meterScript().replace("__file__", "sys.argv[0]"), 0755);
        const QStringList names{u"ocr"_s, u"dlms"_s};
        for (const QString &name : names) {
            QVERIFY(QFile::link(u"meter.py"_s, device.path(u"SmartMeter/%1.py"_s.arg(name))));
        }
        QVERIFY(device.start(fast));
        qint64 dlms = 0;
        {
            ControlClient client(device);
            QVERIFY(client.startMeters(names));
            dlms = *client.process(u"dlms"_s).pid;
            ::kill(static_cast<pid_t>(*client.process(u"ocr"_s).pid), SIGKILL);
            QTRY_COMPARE_WITH_TIMEOUT(device.starts(u"ocr"_s).size(), 2, patience);
            QVERIFY(client.waitForState(u"ocr"_s, ProcessState::Running));
            QCOMPARE(client.process(u"dlms"_s).pid, dlms);
        }
        device.kill();
        QVERIFY(device.start(fast));
        ControlClient client(device);
        for (const QString &name : names) {
            QVERIFY(client.waitForState(name, ProcessState::Running));
        }
        QCOMPARE(client.process(u"dlms"_s).pid, dlms);
        QVERIFY(client.ask(control::Hold{Component::SmartMeter, 600}).has_value());
        QVERIFY(client.startMeters(names));
        QCOMPARE(device.starts(u"ocr"_s).size(), 3);
        QCOMPARE(device.starts(u"dlms"_s).size(), 2);
    }

    void givesASlowMeterTimeToStart()
    {
        WatchdogDevice device;
        device.addMeter(u"ocr"_s, "time.sleep(4.5)"); // of 15; a silence may last 3
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.hello());
        QVERIFY(client.startMeters({u"ocr"_s}));
        QCOMPARE(device.starts(u"ocr"_s).size(), 1);
        for (const ProcessReport &event : client.events(u"ocr"_s)) {
            QVERIFY(!event.isDead);
        }
    }

    void runsAScriptOfRootsAsTheOwner()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can make files that are root's");
        }
        WatchdogDevice device;
        device.addMeter(u"ocr"_s);
        QVERIFY(::chown(QFile::encodeName(device.path(u"SmartMeter/ocr.py"_s)).constData(), 0, 0) == 0);
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        QCOMPARE(device.starts(u"ocr"_s).constFirst().user, WatchdogDevice::owner());
    }

    void countsCopiesByTheirSession()
    {
        WatchdogDevice device;
        // The heartbeats come from a worker that the process has forked.
        device.addMeter(u"ocr"_s, "if os.fork() > 0: signal.pause()\n");
        QVERIFY(device.start(fast));
        ControlClient client(device);
        QVERIFY(client.startMeters({u"ocr"_s}));
        QCOMPARE(client.process(u"ocr"_s).pid, device.starts(u"ocr"_s).constLast().pid);
        QCOMPARE(device.starts(u"ocr"_s).size(), 1);
    }
};

QTEST_GUILESS_MAIN(WatchdogProcesses)
#include "tst_watchdog_processes.moc"
