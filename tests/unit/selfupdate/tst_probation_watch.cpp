// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/ProbationWatch.h"

#include <QtTest>

using namespace std::chrono_literals;
using namespace sgn;
using namespace sgn::selfupdate;

namespace {

using Verdict = ProbationWatch::Verdict;

// From `from` to `to` seconds, every quarter of a second, the watchdog is healthy or not.
struct Stretch
{
    double from = 0;
    double to = 0;
    bool isHealthy = false;
};
using Stretches = QList<Stretch>;

MonotonicTime seconds(double s)
{
    return std::chrono::duration_cast<MonotonicTime>(std::chrono::duration<double>(s));
}

} // namespace

Q_DECLARE_METATYPE(Stretches)

class TestProbationWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Timeout 90 s, settle 15 s, hiccup 15 s.
    void decides_data()
    {
        QTest::addColumn<Stretches>("stretches");
        QTest::addColumn<Verdict>("verdict");
        QTest::addColumn<double>("at");
        QTest::newRow("healthy at once") << Stretches{{0, 200, true}} << Verdict::Confirmed << 15.0;
        QTest::newRow("never healthy") << Stretches{{0, 200, false}} << Verdict::Expired << 90.0;
        QTest::newRow("healthy late") << Stretches{{0, 60, false}, {60, 200, true}} << Verdict::Confirmed << 75.0;
        QTest::newRow("healthy just before its time is over")
            << Stretches{{0, 89, false}, {89, 200, true}} << Verdict::Confirmed << 104.0;
        QTest::newRow("healthy too late")
            << Stretches{{0, 90.25, false}, {90.25, 200, true}} << Verdict::Expired << 90.0;
        QTest::newRow("one late reply") << Stretches{{0, 10, true}, {10, 11, false}, {11, 200, true}}
                                        << Verdict::Confirmed << 26.0;
        QTest::newRow("one late reply near the end")
            << Stretches{{0, 85, false}, {85, 95, true}, {95, 96, false}, {96, 200, true}} << Verdict::Confirmed
            << 111.0;
        QTest::newRow("a break at every tenth second never ends well")
            << Stretches{{0, 10, true},      {10, 10.5, false},   {10.5, 20, true},   {20, 20.5, false},
                         {20.5, 30, true},   {30, 30.5, false},   {30.5, 40, true},   {40, 40.5, false},
                         {40.5, 50, true},   {50, 50.5, false},   {50.5, 60, true},   {60, 60.5, false},
                         {60.5, 70, true},   {70, 70.5, false},   {70.5, 80, true},   {80, 80.5, false},
                         {80.5, 90, true},   {90, 90.5, false},   {90.5, 100, true},  {100, 100.5, false},
                         {100.5, 110, true}, {110, 110.5, false}, {110.5, 120, true}, {120, 120.5, false}}
            << Verdict::Expired << 120.0;
        QTest::newRow("healthy once, then silent")
            << Stretches{{0, 1, true}, {1, 200, false}} << Verdict::Expired << 90.0;
    }

    void decides()
    {
        QFETCH(const Stretches, stretches);
        QFETCH(const Verdict, verdict);
        QFETCH(const double, at);
        const MonotonicTime begin = 1000h;
        ProbationWatch watch({90s, 15s, 15s}, begin);
        for (const Stretch &stretch : stretches) {
            for (double now = stretch.from; now < stretch.to; now += 0.25) {
                const Verdict seen = watch.observe(stretch.isHealthy, begin + seconds(now));
                if (seen != Verdict::Undecided) {
                    QCOMPARE(seen, verdict);
                    QCOMPARE(now, at);
                    return;
                }
            }
        }
        QFAIL("undecided at the end");
    }

    void remembersHealth()
    {
        ProbationWatch watch({90s, 15s, 15s}, 0s);
        QVERIFY(!watch.wasHealthy());
        QCOMPARE(watch.observe(false, 1s), Verdict::Undecided);
        QVERIFY(!watch.wasHealthy());
        QCOMPARE(watch.observe(true, 2s), Verdict::Undecided);
        QCOMPARE(watch.observe(false, 3s), Verdict::Undecided);
        QVERIFY(watch.wasHealthy());
    }
};

QTEST_APPLESS_MAIN(TestProbationWatch)
#include "tst_probation_watch.moc"
