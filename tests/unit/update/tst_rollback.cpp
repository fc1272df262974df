// SPDX-License-Identifier: GPL-3.0-or-later
#include "ComponentFixture.h"
#include "system/FolderExchange.h"
#include "update/PreviousRelease.h"

using namespace sgn;
using namespace sgn::update;
using namespace sgn::system;
using namespace sgn::test;
using control::SwapProgress;
using namespace Qt::StringLiterals;

// The command that restores the previous release.
class TestRollback : public ComponentFixture
{
    Q_OBJECT

private Q_SLOTS:
    void exchangesPreviousAndInstalledRelease()
    {
        offer(meterRelease(2));
        QVERIFY(run(meterUpdate(2)).success);
        const UpdateOutcome back = run(Rollback{Component::SmartMeter});
        QVERIFY2(back.success, qPrintable(back.remarks));
        QVERIFY(!back.bytes);
        QCOMPARE(readWhole(m_root + u"/SmartMeter/ocr.version"_s), "1");
        const QList<ProcessVersion> ones{{u"dlms"_s, 1}, {u"ocr"_s, 1}};
        QCOMPARE(m_watchdog->requestsOf<control::Resume>().last().expected, ones);
        // The replaced one is kept in turn.
        const UpdateOutcome forth = run(Rollback{Component::SmartMeter});
        QVERIFY2(forth.success, qPrintable(forth.remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
        QCOMPARE(leftovers(), (QStringList{u"previous-SmartMeter"_s, u"previous-SmartMeter.json"_s}));
    }

    void leavesAPreviousReleaseThatNoLongerRuns()
    {
        offer(meterRelease(2));
        QVERIFY(run(meterUpdate(2)).success);
        const QString previous = m_settings.downloads + u"/previous-SmartMeter"_s;
        QVERIFY(test::writeFile(previous + u"/ocr.version"_s, "-1"));
        const UpdateOutcome back = run(Rollback{Component::SmartMeter});
        QVERIFY(back.rolledBack);
        QVERIFY2(back.remarks.startsWith(u"the previous release doesn't run"_s), qPrintable(back.remarks));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
        // It is kept for another try.
        QCOMPARE(readWhole(previous + u"/ocr.version"_s), "-1");
        QVERIFY(!m_watchdog->isHeld);
    }

    void confirmsAPreviousReleaseWithoutNotesInAnyVersion()
    {
        QVERIFY(install(m_settings.downloads + u"/x"_s, meterRelease(7)));
        QVERIFY(
            QDir().rename(m_settings.downloads + u"/x/SmartMeter"_s, m_settings.downloads + u"/previous-SmartMeter"_s));
        const UpdateOutcome back = run(Rollback{Component::SmartMeter});
        QVERIFY2(back.success, qPrintable(back.remarks));
        QCOMPARE(readWhole(m_root + u"/SmartMeter/ocr.version"_s), "7");
    }

    void restoresTheAgent()
    {
        QVERIFY(install(m_root, {{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0 # new\n"}}));
        const QString previous = m_settings.downloads + u"/previous-JabberClient"_s;
        QVERIFY(test::writeFile(previous + u"/sgn-agent"_s, "#!/bin/sh\nexit 0 # old\n"));
        QCOMPARE(run(Rollback{Component::JabberClient}).remarks,
                 u"the previous release of the agent has no version file"_s);
        QVERIFY(test::writeFile(previous + u"/version"_s, "0\n"));
        m_watchdog->onSwap = [this](const control::Swap &swap) -> Result<control::ReplyBody> {
            const QString staged = std::get<control::SwapFolder>(swap.source).path;
            (void)exchangeIn(m_root + u"/JabberClient"_s, staged, inodeOf(staged).value());
            m_watchdog->agentSwap.key = swap.key;
            m_watchdog->agentSwap.progress = SwapProgress::Confirmed;
            return control::Done{};
        };
        const UpdateOutcome back = run(Rollback{Component::JabberClient});
        QVERIFY2(back.success, qPrintable(back.remarks));
        const auto requests = m_watchdog->requestsOf<control::Swap>();
        QCOMPARE(requests.size(), 1);
        QVERIFY(requests.first().source == control::SwapSource(control::SwapFolder{previous}));
        QCOMPARE(requests.first().version, 0);
        QVERIFY(readWhole(m_root + u"/JabberClient/sgn-agent"_s).contains("old"));
        QVERIFY(readWhole(previous + u"/sgn-agent"_s).contains("new"));
    }

    void refusesWithoutAPreviousRelease_data()
    {
        QTest::addColumn<int>("component");
        QTest::addColumn<QString>("remarks");
        const QString none = u"there is no previous release of %1 on this device"_s;
        QTest::newRow("meter") << static_cast<int>(Component::SmartMeter) << none.arg(u"SmartMeter"_s);
        QTest::newRow("agent") << static_cast<int>(Component::JabberClient) << none.arg(u"JabberClient"_s);
        QTest::newRow("packages") << static_cast<int>(Component::SitePackages) << none.arg(u"site-packages"_s);
    }

    void refusesWithoutAPreviousRelease()
    {
        QFETCH(const int, component);
        QFETCH(const QString, remarks);
        const UpdateOutcome back = run(Rollback{static_cast<Component>(component)});
        QCOMPARE(back.error, std::optional(ErrorCode::InstallFailed));
        QCOMPARE(back.remarks, remarks);
        QVERIFY(!back.rolledBack);
        QCOMPARE(leftovers(), QStringList());
    }

    void ignoresDamagedNotes()
    {
        const ReleasePaths paths(m_root + u"/SmartMeter"_s, m_settings.downloads, m_settings.downloads);
        QVERIFY(install(paths.previous(), {{u"version"_s, "4\n"}}));
        QVERIFY(test::writeFile(paths.previousNotes(), "{\"processes\":"));
        const auto release = readPreviousRelease(paths);
        QVERIFY(release);
        QCOMPARE(*release, (PreviousRelease{4, {}}));
        QVERIFY(notePreviousRelease(paths, {5, {{u"ocr"_s, 1}}}));
        QCOMPARE(readPreviousRelease(paths).value(), (PreviousRelease{5, {{u"ocr"_s, 1}}}));
    }

    void letsTheWatchdogRestoreItself()
    {
        m_watchdog->watchdogSwap.running = 2;
        m_watchdog->onSwap = [this](const control::Swap &request) -> Result<control::ReplyBody> {
            m_watchdog->watchdogSwap = {
                Component::WatchDog, SwapProgress::Confirmed, request.key, 1, ErrorCode::Internal, {}};
            return control::Done{};
        };
        QVERIFY(run(Rollback{Component::WatchDog}).success);
        const auto requests = m_watchdog->requestsOf<control::Swap>();
        QCOMPARE(requests.size(), 1);
        QVERIFY(std::holds_alternative<control::SwapPrevious>(requests.first().source));
        QCOMPARE(requests.first().timeoutS, static_cast<int>(m_settings.times.confirmWatchdog.count()));
        QCOMPARE(leftovers(), QStringList());
    }

    void reportsThatTheWatchdogHasNoPreviousRelease()
    {
        const QString why = u"there is no previous release of the watchdog on this device"_s;
        m_watchdog->onSwap = [why](const control::Swap &) -> Result<control::ReplyBody> {
            return fail(ErrorCode::Refused, why);
        };
        const UpdateOutcome outcome = run(Rollback{Component::WatchDog});
        QCOMPARE(outcome.error, std::optional(ErrorCode::InstallFailed));
        QCOMPARE(outcome.remarks, why);
        QVERIFY(!outcome.rolledBack);
    }
};

QTEST_GUILESS_MAIN(TestRollback)
#include "tst_rollback.moc"
