// SPDX-License-Identifier: GPL-3.0-or-later
// The watchdog as it is on a card: started by the unit that is packaged, under a real systemd.
#include "integration/WatchdogMachine.h"

#include <linux/capability.h>

using namespace sgn;
using namespace sgn::test;

class WatchdogSystemd : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<MachineDevice> m_device;

    static inline const QString unit = u"sgn-watchdog.service"_s;

    [[nodiscard]] QByteArray show(const QString &property) const
    {
        return m_device->machine.run({u"/bin/systemctl"_s, u"show"_s, u"--value"_s, u"--property"_s, property, unit})
            .trimmed();
    }

    // The capabilities that a process and what it starts can have at most, from /proc/PID/status.
    [[nodiscard]] static quint64 bounding(const QByteArray &status)
    {
        const QByteArray label = "\nCapBnd:\t";
        const qsizetype start = status.indexOf(label) + label.size();
        return status.sliced(start, status.indexOf('\n', start) - start).toULongLong(nullptr, 16);
    }

    // As packaged, but for what only shortens the waiting: the times in the unit that end a watchdog which sends
    // nothing, and the watchdog's own.
    void writeUnits() const
    {
        const Machine &machine = m_device->machine;
        const QString units = u"/machine/units/"_s;
        for (const auto target : {"sysinit"_L1, "basic"_L1, "shutdown"_L1, "local-fs"_L1, "umount"_L1}) {
            machine.write(units + target + u".target"_s, "[Unit]\nDefaultDependencies=no\n");
        }
        machine.write(units + u"default.target"_s, "[Unit]\nWants=" + unit.toLatin1() + '\n');
        const QByteArray packaged = MachineDevice::packaged(unit);
        QVERIFY(packaged.contains("\nWatchdogSec=30\n") && packaged.contains("\nTimeoutStartSec=30\n"));
        machine.write(units + unit, packaged);
        const QByteArray start = packaged.sliced(packaged.indexOf("\nExecStart=") + 1);
        machine.write(units + unit + u".d/quick.conf"_s, "[Service]\nWatchdogSec=4\nTimeoutStartSec=6\nExecStart=\n" +
                                                             start.first(start.indexOf('\n')) + " --speed 5\n");
    }

private Q_SLOTS:
    void init()
    {
        m_device = std::make_unique<MachineDevice>(Init::Systemd);
        const QString trouble = m_device->machine.trouble();
        if (!trouble.isEmpty()) {
            QSKIP(qPrintable(u"NO SYSTEMD WAS TRIED: "_s + trouble));
        }
        writeUnits();
        m_device->makeCard();
        if (!m_device->machine.boot()) {
            QSKIP("NO SYSTEMD WAS TRIED: it doesn't boot here");
        }
        QTRY_VERIFY_WITH_TIMEOUT(m_device->isUp(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(ControlClient(m_device->socket()).hello(), patience); // the file is there first
        ControlClient client(m_device->socket());
        QVERIFY(client.startMeters({u"ocr"_s}));
    }
    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->machine.run({u"/bin/systemctl"_s, u"status"_s, u"--no-pager"_s, unit})
                                 << m_device->machine.read(MachineDevice::below(u"logs/watchdog.log"_s));
        }
        m_device.reset();
    }

    void isReadyAndHasAGroupForEachProcess()
    {
        QTRY_COMPARE_WITH_TIMEOUT(show(u"ActiveState"_s), "active", patience);
        QCOMPARE(show(u"MainPID"_s).toLongLong(), m_device->watchdogPid());
        const QByteArray watchdog = m_device->machine.read(u"/proc/%1/cgroup"_s.arg(m_device->watchdogPid()));
        const QByteArray meter = m_device->machine.read(u"/proc/%1/cgroup"_s.arg(m_device->meterPid()));
        QVERIFY2(watchdog.contains("/system.slice/sgn-watchdog.service"), watchdog);
        QVERIFY2(meter.contains("/system.slice/sgn-watchdog.service/"), meter);
        QVERIFY(meter != watchdog);
        // It is the folder's owner's and not root's.
        QCOMPARE(m_device->machine.read(MachineDevice::below(u"starts-ocr"_s)).split(' ').value(1),
                 QByteArray::number(MachineDevice::owner));
    }

    // A meter's script may use sudo, read serial ports and write wherever its user can.
    void theUnitsLimitsLeaveAMeterItsRights()
    {
        QTRY_COMPARE_WITH_TIMEOUT(show(u"ActiveState"_s), "active", patience);
        const QByteArray meter = m_device->machine.read(u"/proc/%1/status"_s.arg(m_device->meterPid()));
        QVERIFY2(meter.contains("\nNoNewPrivs:\t0\n") && meter.contains("\nSeccomp:\t0\n"), meter);
        quint64 dropped = 0;
        for (const int capability :
             {CAP_AUDIT_CONTROL, CAP_AUDIT_READ, CAP_BLOCK_SUSPEND, CAP_LEASE, CAP_LINUX_IMMUTABLE, CAP_MAC_ADMIN,
              CAP_MAC_OVERRIDE, CAP_SYS_PACCT, CAP_WAKE_ALARM}) {
            dropped |= quint64{1} << capability;
        }
        // A machine in namespaces may have fewer than a real one.
        const quint64 all = bounding(m_device->machine.run({u"/bin/cat"_s, u"/proc/1/status"_s}));
        QVERIFY(all != 0);
        QCOMPARE(bounding(meter), all & ~dropped);
    }

    void comesBack_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("killed") << SIGKILL;
        QTest::newRow("out of its mind") << SIGSEGV;
        QTest::newRow("hung") << SIGSTOP; // systemd receives nothing for WatchdogSec
        QTest::newRow("ended by hand") << SIGTERM;
    }

    void comesBack()
    {
        QFETCH(const int, signal);
        m_device->checkComesBack(signal);
    }

    void everythingRunsAgainAfterAPowerCut() { m_device->checkPowerCut(); }

    void replacesItself()
    {
        const qint64 before = m_device->watchdogPid();
        m_device->checkUpdate();
        QCOMPARE(show(u"MainPID"_s).toLongLong(), before);
        QCOMPARE(show(u"NRestarts"_s), "0");
    }

    void aBrokenReleaseGoesAway_data()
    {
        QTest::addColumn<QByteArray>("ways");
        QTest::addColumn<bool>("guarded"); // or whoever watches over it is killed, too, as often as it comes
        QTest::newRow("ends") << QByteArray("sys.exit(3)") << true;
        QTest::newRow("hangs") << QByteArray("while True: time.sleep(1)") << true;
        QTest::newRow("ends, and has no guardian") << QByteArray("sys.exit(3)") << false;
        QTest::newRow("hangs, and has no guardian") << QByteArray("while True: time.sleep(1)") << false;
    }

    void aBrokenReleaseGoesAway()
    {
        QFETCH(const QByteArray, ways);
        QFETCH(const bool, guarded);
        m_device->checkBrokenUpdate(ways, guarded);
        QTRY_COMPARE_WITH_TIMEOUT(show(u"ActiveState"_s), "active", patience);
    }
};

QTEST_GUILESS_MAIN(WatchdogSystemd)
#include "tst_watchdog_systemd.moc"
