// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/PanelFeatures.h"
#include "agent/ProcessEventReporter.h"
#include "FakePanelLink.h"
#include "support/FakeWatchdog.h"
#include "support/ManualClock.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 20'000;

} // namespace

// The events that the panel gets without a request, and those that are kept for it meanwhile.
class TestEvents : public QObject
{
    Q_OBJECT

private:
    // One run of the agent, with what it has in memory.
    struct Life
    {
        Life(const QString &folder, FakeWatchdog &watchdog, const ManualClock &clock,
             const ProcessEventReporter::Limits &limits = {})
            : outbox(folder + u"/events"_s, 5)
            , mail(outbox, link)
            , events(u"b8:27"_s, watchdog, mail, clock, limits)
        {
            [[maybe_unused]] const Outcome loaded = outbox.load();
        }

        FakePanelLink link;
        Outbox outbox;
        OutboxSender mail;
        ProcessEventReporter events;
    };

    static ProcessReport process(const QString &name, ProcessState state = ProcessState::Running, int restarts = 0)
    {
        ProcessReport report;
        report.name = name;
        report.version = 1;
        report.state = state;
        report.restarts24h = restarts;
        return report;
    }
    static ProcessReport died(const QString &name, const QDateTime &at)
    {
        ProcessReport report = process(name);
        report.lastExit = LastExit{std::nullopt, 9, at, 1.5, {u"final output"_s}};
        return report;
    }
    void happens(const ProcessReport &process)
    {
        Q_EMIT m_watchdog->eventReceived(control::Event(control::ProcessChanged{process}));
    }
    static QStringList reported(const Life &life)
    {
        QStringList all;
        for (const QJsonObject &message : life.link.messages()) {
            const QJsonObject process = message["process"_L1].toObject();
            all += process["process_name"_L1].toString() + u' ' + process["state"_L1].toString();
        }
        return all;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeWatchdog> m_watchdog;
    ManualClock m_clock;

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QDir(m_folder->path()).mkpath(u"SmartMeter"_s);
        m_watchdog = std::make_unique<FakeWatchdog>(m_folder->path());
    }

    void sendsNoEventsToAnOldPanel()
    {
        Life life(m_folder->path(), *m_watchdog, m_clock);
        life.link.goOnline();
        happens(process(u"ocr"_s, ProcessState::Dead));
        life.events.setWanted(true);
        happens(process(u"ocr"_s, ProcessState::Running));
        QCOMPARE(reported(life), QStringList{u"ocr running"_s});
        life.events.setWanted(false);
        happens(process(u"ocr"_s, ProcessState::Dead));
        QCOMPARE(reported(life).size(), 1);
    }

    void dropsWaitingEventsForAPanelWithoutTheFeature()
    {
        Life life(m_folder->path(), *m_watchdog, m_clock);
        life.events.setWanted(true);
        happens(process(u"ocr"_s, ProcessState::Dead));
        QCOMPARE(life.outbox.letters().size(), 1);
        life.events.setWanted(false);
        QVERIFY(life.outbox.letters().isEmpty());
        life.link.goOnline();
        QVERIFY(life.link.sent.isEmpty());
    }

    void sendsEachChangeAtOnceWhileOnline()
    {
        Life life(m_folder->path(), *m_watchdog, m_clock);
        life.events.setWanted(true);
        life.link.goOnline();
        for (const auto state : {ProcessState::Backoff, ProcessState::Starting, ProcessState::Running}) {
            happens(process(u"ocr"_s, state));
        }
        QCOMPARE(reported(life), (QStringList{u"ocr backoff"_s, u"ocr starting"_s, u"ocr running"_s}));
        QTRY_VERIFY_WITH_TIMEOUT(life.outbox.letters().isEmpty(), limit);
        // The same state once more is no event.
        happens(process(u"ocr"_s, ProcessState::Running));
        QCOMPARE(reported(life).size(), 3);
    }

    void keepsTheNewestStateOfEachProcessWhileOffline()
    {
        Life life(m_folder->path(), *m_watchdog, m_clock);
        life.events.setWanted(true);
        for (int round = 0; round < 3; ++round) {
            happens(process(u"ocr"_s, ProcessState::Backoff, round));
            happens(process(u"uplink"_s, ProcessState::Running, round));
            happens(process(u"ocr"_s, ProcessState::CrashLoop, round));
        }
        QCOMPARE(life.outbox.letters().size(), 2);
        QCOMPARE(QDir(m_folder->filePath(u"events"_s)).entryList(QDir::Files).size(), 2);
        life.link.goOnline();
        QCOMPARE(reported(life), (QStringList{u"uplink running"_s, u"ocr crash_loop"_s}));
    }

    void keepsWaitingEventsOverARestart()
    {
        {
            Life life(m_folder->path(), *m_watchdog, m_clock);
            life.events.setWanted(true);
            happens(process(u"ocr"_s, ProcessState::Hung));
        }
        Life life(m_folder->path(), *m_watchdog, m_clock);
        life.events.setWanted(true);
        life.link.goOnline();
        QCOMPARE(reported(life), QStringList{u"ocr hung"_s});
    }

    void resendsUnacknowledgedEventsUnlessTheyAreReplaced()
    {
        Life life(m_folder->path(), *m_watchdog, m_clock);
        life.events.setWanted(true);
        life.link.acknowledges = false;
        life.link.goOnline();
        happens(process(u"ocr"_s, ProcessState::Backoff));
        happens(process(u"ocr"_s, ProcessState::Running));
        life.link.goOffline();
        life.link.sent.clear();
        life.link.goOnline();
        QCOMPARE(reported(life), QStringList{u"ocr running"_s});
    }

    void boundsTheOutbox()
    {
        Life life(m_folder->path(), *m_watchdog, m_clock);
        life.events.setWanted(true);
        for (int i = 0; i < 20; ++i) {
            happens(process(u"p%1"_s.arg(i)));
        }
        QCOMPARE(life.outbox.letters().size(), 5);
        QCOMPARE(QDir(m_folder->filePath(u"events"_s)).entryList(QDir::Files).size(), 5);
    }

    void slowsDownAFloodAndSendsItsEnd()
    {
        ProcessEventReporter::Limits limits;
        limits.perProcess = 4;
        limits.together = 6;
        limits.retry = 1ms;
        Life life(m_folder->path(), *m_watchdog, m_clock, limits);
        life.events.setWanted(true);
        life.link.goOnline();
        for (int i = 1; i <= 1000; ++i) {
            happens(process(u"ocr"_s, ProcessState::Running, i));
        }
        QCOMPARE(reported(life).size(), 4);
        // It doesn't delay another process.
        happens(process(u"uplink"_s, ProcessState::Dead));
        QCOMPARE(reported(life).last(), u"uplink dead"_s);
        m_clock.advance(61s);
        QTRY_COMPARE_WITH_TIMEOUT(reported(life).size(), 6, limit);
        QCOMPARE(life.link.messages().last()["process"_L1]["restarts_24h"_L1], QJsonValue(1000));
    }

    void findsOutExitsWhileTheAgentWasDown_data()
    {
        QTest::addColumn<int>("version"); // below zero: doesn't run
        QTest::addColumn<bool>("reported");
        QTest::newRow("all is well") << 1 << false;
        QTest::newRow("dead") << -1 << true;
    }

    void findsOutExitsWhileTheAgentWasDown()
    {
        QFETCH(const int, version);
        QFETCH(const bool, reported);
        QFile file(m_folder->filePath(u"SmartMeter/ocr.version"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::number(version));
        file.close();
        Life life(m_folder->path(), *m_watchdog, m_clock);
        life.events.setWanted(true);
        life.link.goOnline();
        m_watchdog->setConnected(true);
        happens(process(u"uplink"_s, ProcessState::Dead));
        // The reply to the query comes after it.
        QTRY_COMPARE_WITH_TIMEOUT(this->reported(life).size(), reported ? 2 : 1, limit);
        QTest::qWait(0);
        QCOMPARE(this->reported(life).size(), reported ? 2 : 1);
        // Once, whatever the number of connections.
        const auto before = m_watchdog->requestsOf<control::Status>().size();
        m_watchdog->setConnected(true);
        QTRY_VERIFY_WITH_TIMEOUT(m_watchdog->requestsOf<control::Status>().size() > before, limit);
        QTest::qWait(0);
        QCOMPARE(this->reported(life).size(), reported ? 2 : 1);
    }

    void reportsALateExitOfAProcessThatRunsAgain_data()
    {
        QTest::addColumn<int>("secondsAgo");
        QTest::addColumn<bool>("reported");
        QTest::newRow("a moment ago") << 5 << true;
        QTest::newRow("long ago") << 3600 << false;
        QTest::newRow("by a clock that went ahead") << -3600 << true;
    }

    void reportsALateExitOfAProcessThatRunsAgain()
    {
        QFETCH(const int, secondsAgo);
        QFETCH(const bool, reported);
        Life life(m_folder->path(), *m_watchdog, m_clock);
        life.events.setWanted(true);
        life.link.goOnline();
        m_watchdog->more = {died(u"ocr"_s, m_clock.wallUtc().addSecs(-secondsAgo))};
        m_watchdog->setConnected(true);
        QTest::qWait(0); // for the reply
        QCOMPARE(this->reported(life).contains(u"ocr running"_s), reported);
        // From now on it is handled like all others.
        happens(process(u"ocr"_s, ProcessState::Hung));
        QCOMPARE(this->reported(life).last(), u"ocr hung"_s);
    }

    void keepsThePanelsFeatures()
    {
        const QString path = m_folder->filePath(u"panel.json"_s);
        {
            PanelFeatures features(path);
            QVERIFY(features.load());
            QVERIFY(!features.wantsEvents());
            QVERIFY(features.set({u"progress"_s, u"events"_s, u"events"_s}));
            QVERIFY(features.wantsEvents());
        }
        PanelFeatures again(path);
        QVERIFY(again.load());
        QVERIFY(again.wantsEvents());
        QVERIFY(again.set({}));
        QVERIFY(!again.wantsEvents());
        PanelFeatures third(path);
        QVERIFY(third.load());
        QVERIFY(!third.wantsEvents());
    }

    void ignoresDamagedFeatures_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("cut") << QByteArray("{\"features\":[\"ev");
        QTest::newRow("another type") << QByteArray(R"({"features":"events"})");
        QTest::newRow("too many") << "{\"features\":[" + QByteArray("\"events\",").repeated(100) + "\"a\"]}";
    }

    void ignoresDamagedFeatures()
    {
        QFETCH(const QByteArray, content);
        const QString path = m_folder->filePath(u"panel.json"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        PanelFeatures features(path);
        QVERIFY(!features.load());
        QVERIFY(!features.wantsEvents());
        QVERIFY(features.set({u"events"_s}));
        QVERIFY(features.load());
        QVERIFY(features.wantsEvents());
    }
};

QTEST_GUILESS_MAIN(TestEvents)
#include "tst_events.moc"
