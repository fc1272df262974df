// SPDX-License-Identifier: GPL-3.0-or-later
// The watchdog as it is on a card: started by the unit that is packaged, under a real systemd.
#include "support/SystemdMachine.h"
#include "watchdog_release.h"

using namespace sgn;
using namespace sgn::test;
using control::WatchdogSwapState;

namespace {

const QString socketPath = u"/run/sgn/watchdog.sock"_s;
const QString deviceRoot = u"/home/pi/technospurs"_s;
const QString unit = u"sgn-watchdog.service"_s;
constexpr uid_t owner = 65534; // nobody, instead of pi
constexpr auto isMain = [](const QByteArray &arguments) {
    return arguments.startsWith("/home/root/WatchDog/sgn-watchdog") && !arguments.contains("-update") &&
           !arguments.contains("--guard") && !arguments.contains("--self-test");
};

} // namespace

class WatchdogSystemd : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<SystemdMachine> m_machine;

    [[nodiscard]] QString socket() const { return m_machine->path(socketPath); }
    [[nodiscard]] QString below(const QString &path) const { return deviceRoot + u'/' + path; }
    [[nodiscard]] qint64 watchdogPid() const { return m_machine->pidsWhere(isMain).value(0); }
    [[nodiscard]] qint64 meterPid() const
    {
        return m_machine->pidsWhere([](const QByteArray &arguments) { return arguments.contains("ocr.py"); }).value(0);
    }
    [[nodiscard]] int meterStarts() const
    {
        return static_cast<int>(m_machine->read(below(u"starts-ocr"_s)).count('\n'));
    }
    [[nodiscard]] bool isMeterRunning() const
    {
        ControlClient client(socket());
        return client.isConnected() && client.process(u"ocr"_s).state == ProcessState::Running;
    }
    [[nodiscard]] QByteArray show(const QString &property) const
    {
        return m_machine->run({u"/bin/systemctl"_s, u"show"_s, u"--value"_s, u"--property"_s, property, unit})
            .trimmed();
    }
    [[nodiscard]] QByteArray installedVersion() const
    {
        return m_machine->read(u"/home/root/WatchDog/version"_s).trimmed();
    }

    // A card as provisioned, but for what only shortens the waiting: the times in the unit that end a watchdog which
    // says nothing, and the watchdog's own.
    void makeCard()
    {
        const QString units = u"/machine/units/"_s;
        for (const auto target : {"sysinit"_L1, "basic"_L1, "shutdown"_L1, "local-fs"_L1, "umount"_L1}) {
            m_machine->write(units + target + u".target"_s, "[Unit]\nDefaultDependencies=no\n");
        }
        m_machine->write(units + u"default.target"_s, "[Unit]\nWants=" + unit.toLatin1() + '\n');
        const QByteArray packaged =
            ReleasedDevice::readAll(QStringLiteral(SGN_SOURCE_DIR "/device/packaging/sgn-watchdog.service"));
        QVERIFY(packaged.contains("\nWatchdogSec=30\n") && packaged.contains("\nTimeoutStartSec=30\n"));
        m_machine->write(units + unit, packaged);
        const QByteArray start = packaged.sliced(packaged.indexOf("\nExecStart=") + 1);
        m_machine->write(units + unit + u".d/quick.conf"_s,
                         "[Service]\nWatchdogSec=4\nTimeoutStartSec=6\nExecStart=\n" +
                             start.first(start.indexOf('\n')) + " --speed 5\n");

        m_machine->write(u"/home/root/WatchDog/sgn-watchdog"_s, ReleasedDevice::readAll(ReleasedDevice::watchdog),
                         0755);
        m_machine->write(u"/home/root/WatchDog/sgn-watchdog-update"_s, ReleasedDevice::readAll(ReleasedDevice::updater),
                         0755);
        m_machine->write(u"/home/root/WatchDog/version"_s, "1\n");

        for (const auto folder : {"SmartMeter"_L1, "JabberClient"_L1, "downloads"_L1, "logs"_L1, "wdog"_L1, "cfg"_L1}) {
            m_machine->makeFolder(below(folder), owner);
        }
        m_machine->makeFolder(deviceRoot, owner);
        m_machine->write(below(u"SmartMeter/ocr.py"_s), WatchdogDevice::meterScript(), 0755, owner);
        m_machine->write(below(u"cfg/config_file.bin"_s), ReleasedDevice::configFile().value_or(QByteArray()), 0600,
                         owner);
    }

    // A release in downloads/, as the agent leaves it.
    [[nodiscard]] control::SwapWatchdog offer(int version, const QByteArray &program = {}) const
    {
        const QByteArray zip = ReleasedDevice::releaseZip(version, program);
        const QString path = below(u"downloads/WatchDog.zip.part"_s);
        QFile file(m_machine->path(path));
        if (file.open(QIODevice::WriteOnly) && file.write(zip) == zip.size()) {
            file.close();
            [[maybe_unused]] const int owned = ::chown(QFile::encodeName(file.fileName()).constData(), owner, owner);
        }
        return ReleasedDevice::requestFor(version, path, zip);
    }
    void send(const control::SwapWatchdog &request) const
    {
        ControlClient client(socket());
        const auto taken = client.ask(request);
        QVERIFY2(taken.has_value(), taken ? "" : qPrintable(taken.error().message));
    }
    [[nodiscard]] bool endsAs(WatchdogSwapState state) const
    {
        return QTest::qWaitFor([&] { return QFile::exists(socket()) && ownSwapStatus(socket()).state == state; },
                               4 * patience);
    }

private Q_SLOTS:
    void init()
    {
        m_machine = std::make_unique<SystemdMachine>();
        if (!m_machine->trouble().isEmpty()) {
            QSKIP(qPrintable(u"NO SYSTEMD WAS TRIED: "_s + m_machine->trouble()));
        }
        makeCard();
        if (!m_machine->boot()) {
            QSKIP("NO SYSTEMD WAS TRIED: it doesn't boot here");
        }
        QTRY_VERIFY_WITH_TIMEOUT(watchdogPid() > 0 && QFile::exists(socket()), patience);
        ControlClient client(socket());
        QVERIFY(client.startMeters({u"ocr"_s}));
    }
    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_machine->run({u"/bin/systemctl"_s, u"status"_s, u"--no-pager"_s, unit})
                                 << m_machine->read(below(u"logs/watchdog.log"_s));
        }
        m_machine.reset();
    }

    void isReadyAndHasAGroupForEachProcess()
    {
        QTRY_COMPARE_WITH_TIMEOUT(show(u"ActiveState"_s), "active", patience);
        QCOMPARE(show(u"MainPID"_s).toLongLong(), watchdogPid());
        const QByteArray watchdog = m_machine->read(u"/proc/%1/cgroup"_s.arg(watchdogPid()));
        const QByteArray meter = m_machine->read(u"/proc/%1/cgroup"_s.arg(meterPid()));
        QVERIFY2(watchdog.contains("/system.slice/sgn-watchdog.service"), watchdog);
        QVERIFY2(meter.contains("/system.slice/sgn-watchdog.service/"), meter);
        QVERIFY(meter != watchdog);
        // It is the folder's owner's and not root's.
        QCOMPARE(m_machine->read(below(u"starts-ocr"_s)).split(' ').value(1), QByteArray::number(owner));
    }

    void comesBack_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("killed") << SIGKILL;
        QTest::newRow("out of its mind") << SIGSEGV;
        QTest::newRow("hung") << SIGSTOP; // systemd hears nothing for WatchdogSec
        QTest::newRow("ended by hand") << SIGTERM;
    }

    void comesBack()
    {
        QFETCH(const int, signal);
        const qint64 before = watchdogPid();
        const qint64 meter = meterPid();
        m_machine->kill(before, signal);
        QTRY_VERIFY_WITH_TIMEOUT(watchdogPid() > 0 && watchdogPid() != before, patience);
        QTRY_VERIFY_WITH_TIMEOUT(isMeterRunning(), patience);
        // It went on meanwhile, and no second one beside it.
        QCOMPARE(meterPid(), meter);
        QCOMPARE(meterStarts(), 1);
    }

    void everythingRunsAgainAfterAPowerCut()
    {
        m_machine->cutPower();
        QVERIFY(m_machine->boot());
        QTRY_VERIFY_WITH_TIMEOUT(watchdogPid() > 0 && QFile::exists(socket()), patience);
        QTRY_VERIFY_WITH_TIMEOUT(isMeterRunning(), patience);
        QCOMPARE(meterStarts(), 2);
    }

    void replacesItself()
    {
        const qint64 before = watchdogPid();
        const qint64 meter = meterPid();
        send(offer(2));
        QVERIFY(endsAs(WatchdogSwapState::Confirmed));
        QCOMPARE(installedVersion(), "2");
        // systemd has seen nothing of it.
        QCOMPARE(watchdogPid(), before);
        QCOMPARE(show(u"MainPID"_s).toLongLong(), before);
        QCOMPARE(show(u"NRestarts"_s), "0");
        QTRY_VERIFY_WITH_TIMEOUT(isMeterRunning(), patience);
        QCOMPARE(meterPid(), meter);
    }

    void aBrokenReleaseGoesAway_data()
    {
        QTest::addColumn<QByteArray>("ways");
        QTest::addColumn<bool>("guarded"); // or whoever watches over it is killed, too, as often as it comes
        QTest::newRow("ends") << QByteArray("sys.exit(3)") << true;
        QTest::newRow("hangs") << QByteArray("while True: time.sleep(1)") << true;
        QTest::newRow("ends, and nobody watches") << QByteArray("sys.exit(3)") << false;
        QTest::newRow("hangs, and nobody watches") << QByteArray("while True: time.sleep(1)") << false;
    }

    void aBrokenReleaseGoesAway()
    {
        QFETCH(const QByteArray, ways);
        QFETCH(const bool, guarded);
        const qint64 meter = meterPid();
        send(offer(2, brokenWatchdog(ways)));
        QTRY_VERIFY_WITH_TIMEOUT(installedVersion() == "2" || isOver(), patience);
        const auto killGuardians = [this] {
            for (const qint64 pid :
                 m_machine->pidsWhere([](const QByteArray &arguments) { return arguments.contains("--guard"); })) {
                m_machine->kill(pid, SIGKILL);
            }
        };
        QElapsedTimer timer;
        timer.start();
        QVERIFY(QTest::qWaitFor(
            [&] {
                if (!guarded) {
                    killGuardians();
                }
                return installedVersion() == "1" && isOver();
            },
            4 * patience));
        qInfo("the old one is back after %lld ms", timer.elapsed());
        QVERIFY(endsAs(WatchdogSwapState::RolledBack));
        QCOMPARE(ownSwapStatus(socket()).running, 1);
        QTRY_COMPARE_WITH_TIMEOUT(show(u"ActiveState"_s), "active", patience);
        QTRY_VERIFY_WITH_TIMEOUT(isMeterRunning(), patience);
        QCOMPARE(meterPid(), meter);
        QCOMPARE(meterStarts(), 1);
    }

private:
    [[nodiscard]] bool isOver() const
    {
        const QByteArray journal = m_machine->read(u"/home/root/WatchDog.update/swap.json"_s);
        return (journal.contains("rolled_back") || journal.contains("\"confirmed\"")) && watchdogPid() > 0 &&
               QFile::exists(socket());
    }
};

QTEST_GUILESS_MAIN(WatchdogSystemd)
#include "watchdog_systemd.moc"
