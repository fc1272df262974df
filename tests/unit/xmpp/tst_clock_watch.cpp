// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/ManualClock.h"
#include "xmpp/ClockWatch.h"

#include <QSignalSpy>
#include <QTest>
#include <sys/timex.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace sgn::test;
using namespace sgn::xmpp;

class ClockWatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noticesAJump_data()
    {
        QTest::addColumn<int>("shift");
        QTest::addColumn<int>("signals");
        QTest::newRow("years") << 365 * 24 * 3600 << 1;
        QTest::newRow("back") << -3600 << 1;
        QTest::newRow("a correction") << 2 << 0;
        QTest::newRow("none") << 0 << 0;
    }

    void noticesAJump()
    {
        QFETCH(const int, shift);
        QFETCH(const int, signals);
        ManualClock clock;
        ClockWatch watch(clock);
        const QSignalSpy wasSet(&watch, &ClockWatch::wasSet);
        clock.advance(600s); // both run on: no jump
        watch.check();
        QCOMPARE(wasSet.size(), 0);
        clock.setWall(clock.wallUtc().addSecs(shift));
        watch.check();
        watch.check();
        QCOMPARE(wasSet.size(), signals);
    }

    // The kernel reports any setting of the clock, also one by a nanosecond, which is what this test can afford to do.
    void theKernelReportsIt()
    {
        ManualClock clock;
        ClockWatch watch(clock);
        QSignalSpy wasSet(&watch, &ClockWatch::wasSet);
        for (int i = 1; i <= 2; ++i) {
            clock.setWall(clock.wallUtc().addDays(1));
            timex offset{};
            offset.modes = ADJ_SETOFFSET | ADJ_NANO;
            offset.time.tv_usec = 1;
            if (::adjtimex(&offset) < 0) {
                QSKIP("this machine doesn't let us set its clock");
            }
            QTRY_COMPARE(wasSet.size(), i);
        }
    }
};

QTEST_GUILESS_MAIN(ClockWatchTest)
#include "tst_clock_watch.moc"
