// SPDX-License-Identifier: GPL-3.0-or-later
#include "ComponentFixture.h"
#include "update/MeterSwap.h"

using namespace sgn;
using namespace sgn::update;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What postpones the swap of a meter's release, and what ends its confirmation.
class TestMeterSwap : public ComponentFixture
{
    Q_OBJECT

private Q_SLOTS:
    void waitsForUsersAtTheDevice_data()
    {
        QTest::addColumn<bool>("restarted");
        QTest::newRow("while it runs") << false;
        QTest::newRow("over many restarts") << true;
    }

    void waitsForUsersAtTheDevice()
    {
        QFETCH(const bool, restarted);
        offer(meterRelease(2));
        hold();
        Order order = orderFor(meterUpdate(2));
        order.progress = true;
        QVERIFY(m_installer->begin(order));
        QTRY_COMPARE_WITH_TIMEOUT(m_installer->state(), std::optional(State::Waiting), limit);
        for (int i = 0; restarted && i < 20; ++i) {
            restart();
            m_installer->resume();
            QCoreApplication::processEvents();
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_progress.isEmpty() ? QString() : m_progress.last().second,
                                  u"held by the file cfg/hold on the device"_s, limit);
        QCOMPARE(m_progress.last().first, State::Waiting);
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        QCOMPARE(readWhole(m_root + u"/SmartMeter/ocr.version"_s), "1");
        QVERIFY(m_outcomes.isEmpty());
        QVERIFY(QFile::remove(m_settings.hold));
        QTRY_VERIFY_WITH_TIMEOUT(!m_outcomes.isEmpty(), limit);
        QVERIFY2(m_outcomes.first().success, qPrintable(m_outcomes.first().remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
    }

    void cancelsAHeldUpdate()
    {
        offer(meterRelease(2));
        hold();
        QVERIFY(m_installer->begin(orderFor(meterUpdate(2))));
        QTRY_COMPARE_WITH_TIMEOUT(m_installer->state(), std::optional(State::Waiting), limit);
        QVERIFY(!m_installer->isSwapping()); // the machine may restart meanwhile
        QVERIFY(m_installer->cancel(20));
        QTRY_VERIFY_WITH_TIMEOUT(!m_outcomes.isEmpty(), limit);
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::Cancelled));
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void expiresWhileHeld_data()
    {
        QTest::addColumn<bool>("restarted");
        QTest::newRow("while it waits") << false;
        QTest::newRow("while the device is off") << true;
    }

    void expiresWhileHeld()
    {
        QFETCH(const bool, restarted);
        offer(meterRelease(2));
        hold();
        Order order = orderFor(meterUpdate(2));
        order.notAfter = m_now.addSecs(3600);
        QVERIFY(m_installer->begin(order));
        QTRY_COMPARE_WITH_TIMEOUT(m_installer->state(), std::optional(State::Waiting), limit);
        if (restarted) {
            m_installer.reset();
        }
        m_now = m_now.addSecs(7200);
        if (restarted) {
            restart();
            m_installer->resume();
        }
        QTRY_VERIFY_WITH_TIMEOUT(!m_outcomes.isEmpty(), limit);
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::Expired));
        QVERIFY(!m_outcomes.first().rolledBack);
        QCOMPARE(readWhole(m_root + u"/SmartMeter/ocr.version"_s), "1");
        m_now = QDateTime::currentDateTimeUtc();
    }

    void endsTheWaitAtACrashLoop()
    {
        m_settings.times.confirm = 24h;
        restart();
        Files files = meterRelease(2);
        files[u"SmartMeter/dlms.version"_s] = "-2";
        m_watchdog->lastLines = {{u"dlms"_s, {u"camera not found"_s}}};
        offer(files);
        const UpdateOutcome outcome = run(meterUpdate(2));
        QVERIFY(outcome.rolledBack);
        QVERIFY2(outcome.remarks.contains(
                     u"dlms is crash_loop with version 2, it last ended with exit code 1: camera not found"_s),
                 qPrintable(outcome.remarks));
        QVERIFY(outcome.log.contains(u"dlms: camera not found"_s));
        QVERIFY(outcome.log.size() <= 20);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s).value(u"SmartMeter/dlms.version"_s), "1");
        QVERIFY(!m_watchdog->isHeld);
    }

    void endsTheWaitAtAStartThatCannotSucceed()
    {
        const QList<ProcessVersion> expected{{u"ocr"_s, 2}};
        ProcessReport report{u"ocr"_s, 1, true, ProcessState::Dead};
        report.problem = u"cannot find /SmartMeter/ocr.py"_s;
        auto trouble = update::unhealthy(expected, {{report}});
        QVERIFY(trouble && !trouble->isFinal);
        QVERIFY2(trouble->what.contains(report.problem), qPrintable(trouble->what));
        trouble = update::unhealthy({{u"reader"_s, 2}}, {{report}, u"the heartbeats of \"reader\" are refused: why"_s});
        QVERIFY(trouble && !trouble->isFinal);
        QCOMPARE(trouble->what,
                 u"reader has sent no heartbeat that counts; the heartbeats of \"reader\" are refused: why"_s);
        report.isHopeless = true;
        trouble = update::unhealthy(expected, {{report}});
        QVERIFY(trouble && trouble->isFinal);
    }

    void anExitOfTheReplacedReleaseExplainsNothing()
    {
        const QDateTime since = QDateTime::fromSecsSinceEpoch(1'800'000'000, Qt::UTC);
        ProcessReport report{u"ocr"_s, 1, true, ProcessState::Starting};
        report.lastExit = LastExit{1, std::nullopt, since.addSecs(-1), std::nullopt, {u"camera not found"_s}};
        auto trouble = update::unhealthy({{u"ocr"_s, 2}}, {{report}, {}}, since);
        QVERIFY(trouble && trouble->lines.isEmpty());
        QVERIFY2(!trouble->what.contains(u"exit code"_s), qPrintable(trouble->what));
        report.lastExit->at = since;
        trouble = update::unhealthy({{u"ocr"_s, 2}}, {{report}, {}}, since);
        QVERIFY(trouble && trouble->what.contains(u"it last ended with exit code 1: camera not found"_s));
        QCOMPARE(trouble->lines, QStringList{u"ocr: camera not found"_s});
    }

    void sendsNoLogOfASuccess()
    {
        offer(meterRelease(2));
        QVERIFY(run(meterUpdate(2)).log.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestMeterSwap)
#include "tst_meter_swap.moc"
