// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Backoff.h"
#include "base/RateLimit.h"
#include "support/ManualClock.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::test;
using namespace std::chrono_literals;

class TestTime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void backoffDoublesItsUpperBound()
    {
        Backoff backoff(1s, 300s, [] { return 0.999'999'9; });
        const std::vector<std::chrono::seconds> bounds{2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s};
        for (const auto bound : bounds) {
            const auto wait = backoff.next();
            QVERIFY(wait <= bound);
            QVERIFY(wait >= bound - 10ms);
        }
        QCOMPARE(backoff.failures(), 10);
        backoff.reset();
        QCOMPARE(backoff.failures(), 0);
        QVERIFY(backoff.next() < 2s);
    }

    void backoffNeverWaitsLessThanFirst()
    {
        Backoff backoff(1s, 300s, [] { return 0.0; });
        for (int i = 0; i < 100; ++i) {
            QCOMPARE(backoff.next(), Backoff::Milliseconds(1s));
        }
    }

    void backoffStaysBoundedForEver()
    {
        Backoff backoff(10ms, 60s);
        for (int i = 0; i < 100'000; ++i) {
            const auto wait = backoff.next();
            QVERIFY(wait >= 10ms && wait <= 60s);
        }
    }

    // A thousand devices lose one server: even their first tries must not meet.
    void backoffSpreadsTheFirstTry()
    {
        int tenths[10] = {};
        for (int i = 0; i < 1000; ++i) {
            Backoff backoff(1000ms, 300s);
            ++tenths[std::min<qint64>((backoff.next() - 1000ms).count() / 100, 9)];
        }
        for (const int devices : tenths) {
            QVERIFY(devices > 40 && devices < 250);
        }
    }

    void rateLimitLetsABurstThroughAndCountsTheRest()
    {
        ManualClock clock;
        RateLimit limit(3, 60s);
        int passed = 0;
        for (int i = 0; i < 100; ++i) {
            passed += limit.allow(clock.monotonic()) ? 1 : 0;
        }
        QCOMPARE(passed, 3);
        QCOMPARE(limit.takeSuppressed(), quint64{97});
        QCOMPARE(limit.takeSuppressed(), quint64{0});

        clock.advance(59s);
        QVERIFY(!limit.allow(clock.monotonic()));
        clock.advance(1s);
        QVERIFY(limit.allow(clock.monotonic()));
        QCOMPARE(limit.takeSuppressed(), quint64{1});
    }

    void rateLimitWorksFromTimeZero()
    {
        RateLimit limit(1, 1s);
        QVERIFY(limit.allow(0ms));
        QVERIFY(!limit.allow(999ms));
        QVERIFY(limit.allow(1000ms));
    }

    void systemClockRuns()
    {
        const SystemClock clock;
        const MonotonicTime before = clock.monotonic();
        QVERIFY(before > 0ms);
        QTRY_VERIFY(clock.monotonic() > before);
        QCOMPARE(clock.wallUtc().timeSpec(), Qt::UTC);
        QVERIFY(std::abs(clock.wallUtc().msecsTo(QDateTime::currentDateTimeUtc())) < 60'000);
    }

    void manualClockMovesOnlyByCalls()
    {
        ManualClock clock;
        const MonotonicTime monotonic = clock.monotonic();
        const QDateTime wall = clock.wallUtc();
        clock.advance(1500ms);
        QCOMPARE(clock.monotonic() - monotonic, MonotonicTime(1500ms));
        QCOMPARE(wall.msecsTo(clock.wallUtc()), qint64{1500});
        clock.setWall(QDateTime(QDate(1970, 1, 1), QTime(0, 0), Qt::UTC));
        QCOMPARE(clock.monotonic() - monotonic, MonotonicTime(1500ms));
    }
};

QTEST_GUILESS_MAIN(TestTime)
#include "tst_time.moc"
