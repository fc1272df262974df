// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/TrustedTime.h"
#include "support/ManualClock.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestTrustedTime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsTheServersTime()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"server-time.json"_s);
        ManualClock clock;
        clock.setWall(QDateTime(QDate(1970, 1, 1), QTime(0, 0), Qt::UTC));
        const QDateTime now(QDate(2026, 3, 1), QTime(12, 0), Qt::UTC);
        {
            TrustedTime time(path, clock);
            QVERIFY(!time.isKnown());
            QVERIFY(!time.isPast(now.addYears(-50))); // nothing is known, nothing is refused
            time.raiseFloor(now.addSecs(-60));
            QVERIFY(time.isPast(now.addSecs(-61)));
            QVERIFY(!time.isPast(now));
            time.set(std::chrono::milliseconds(clock.wallUtc().msecsTo(now)));
            QVERIFY(time.isKnown());
            QVERIFY(!time.isPast(now.addSecs(5)));
            clock.advance(10s);
            QVERIFY(time.isPast(now.addSecs(5)));
            // Only the wall time jumps: no matter.
            clock.setWall(QDateTime(QDate(2036, 1, 1), QTime(0, 0), Qt::UTC));
            QVERIFY(!time.isPast(now.addSecs(60)));
            // What is reported of the clock is of now, too.
            clock.setWall(now.addSecs(10 - 7));
            QCOMPARE(time.offsetS(), std::optional(7.0));
        }
        const TrustedTime restarted(path, clock);
        QVERIFY(!restarted.isKnown());
        QVERIFY(restarted.isPast(now.addSecs(-1)));
        QVERIFY(!restarted.isPast(now.addSecs(60)));
    }
};

QTEST_GUILESS_MAIN(TestTrustedTime)
#include "tst_trusted_time.moc"
