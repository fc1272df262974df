// SPDX-License-Identifier: GPL-3.0-or-later
// The watchdog as it is on a card without systemd: started by the lines that are packaged for root's crontab, under a
// real cron. Its clock and the watchdog's both run at 5 times the speed, so a minute of cron's is as long to the
// watchdog as ever.
#include "integration/WatchdogMachine.h"
#include "support/PendingSignal.h"

using namespace sgn;
using namespace sgn::test;

class WatchdogCron : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<MachineDevice> m_device;

    void writeCrontab() const
    {
        QByteArray lines = MachineDevice::packaged(u"crontab.root"_s);
        QCOMPARE(lines.count("/sgn-watchdog --root "), 2);
        lines.replace("/sgn-watchdog --root ", "/sgn-watchdog --speed 5 --root ");
        m_device->machine.write(u"/var/spool/cron/crontabs/root"_s, lines, 0600);
    }

private Q_SLOTS:
    void init()
    {
        m_device = std::make_unique<MachineDevice>(Init::Cron);
        const QString trouble = m_device->machine.trouble();
        if (!trouble.isEmpty()) {
            QSKIP(qPrintable(u"NO CRON WAS TRIED: "_s + trouble));
        }
        writeCrontab();
        m_device->makeCard();
        if (!m_device->machine.boot()) {
            QSKIP("NO CRON WAS TRIED: it doesn't start here");
        }
        QTRY_VERIFY_WITH_TIMEOUT(m_device->isUp(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(ControlClient(m_device->socket()).hello(), patience); // the file is there first
        ControlClient client(m_device->socket());
        QVERIFY(client.startMeters({u"ocr"_s}));
    }
    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->machine.run({u"/bin/ps"_s, u"-ef"_s})
                                 << m_device->machine.read(MachineDevice::below(u"logs/watchdog.log"_s));
        }
        m_device.reset();
    }

    void comesBackWithinAMinute_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("killed") << SIGKILL;
        QTest::newRow("out of its mind") << SIGSEGV;
        QTest::newRow("ended by hand") << SIGTERM;
    }

    void comesBackWithinAMinute()
    {
        QFETCH(const int, signal);
        m_device->checkComesBack(signal);
    }

    // cron only sees that there is one.
    void oneThatHangsEndsItself()
    {
        const qint64 before = m_device->watchdogPid();
        const qint64 meter = m_device->meterPid();
        const auto alarmHasRung = [&] {
            return isPending(SIGALRM, m_device->machine.read(u"/proc/%1/status"_s.arg(before)));
        };
        QVERIFY(!alarmHasRung());
        // A stopped process does as little as one that hangs, but takes its signals only when it goes on.
        m_device->machine.kill(before, SIGSTOP);
        QTRY_VERIFY_WITH_TIMEOUT(alarmHasRung(), 2 * patience);
        m_device->machine.kill(before, SIGCONT);
        QTRY_VERIFY_WITH_TIMEOUT(m_device->isUp(before), patience);
        m_device->checkNothingChanged(meter);
    }

    void everythingRunsAgainAfterAPowerCut() { m_device->checkPowerCut(); }
    void replacesItself() { m_device->checkUpdate(); }

    void aBrokenReleaseGoesAway_data()
    {
        QTest::addColumn<QByteArray>("ways");
        QTest::addColumn<bool>("guarded"); // or whoever watches over it is killed, too, as often as it comes
        QTest::newRow("ends") << QByteArray("sys.exit(3)") << true;
        QTest::newRow("hangs") << QByteArray("while True: time.sleep(1)") << true;
        QTest::newRow("ends, and has no guardian") << QByteArray("sys.exit(3)") << false;
    }

    void aBrokenReleaseGoesAway()
    {
        QFETCH(const QByteArray, ways);
        QFETCH(const bool, guarded);
        m_device->checkBrokenUpdate(ways, guarded);
    }
};

QTEST_GUILESS_MAIN(WatchdogCron)
#include "tst_watchdog_cron.moc"
