// SPDX-License-Identifier: GPL-3.0-or-later
#include "DemoFleet.h"

#include <QDir>
#include <QTest>

using namespace sgn::test;
using namespace Qt::StringLiterals;

// A demo that can't clean up leaves nothing either.
class DemoKillTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leavesNothingWhenItIsKilled_data()
    {
        QTest::addColumn<DemoFleet::Part>("part");
        QTest::newRow("the process that was started") << DemoFleet::Part::Started;
        QTest::newRow("the process that does the work") << DemoFleet::Part::Worker;
    }

    void leavesNothingWhenItIsKilled()
    {
        QFETCH(const DemoFleet::Part, part);
        DemoFleet fleet;
        const QString problem = fleet.start(1);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        // Server, watchdog, agent and meter programs.
        QVERIFY(fleet.pids({}).size() >= 5);
        fleet.kill(part);
        QTRY_COMPARE_WITH_TIMEOUT(fleet.pids({}), QList<qint64>(), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(!QDir(fleet.folder()).exists(), 60'000);
    }
};

QTEST_GUILESS_MAIN(DemoKillTest)
#include "tst_demo_kill.moc"
