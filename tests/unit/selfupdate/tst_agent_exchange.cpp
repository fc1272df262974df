// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/AgentExchange.h"
#include "support/ManualClock.h"
#include "system/FolderExchange.h"

#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace sgn;
using namespace sgn::selfupdate;
using namespace sgn::test;

namespace {

// An agent that is only a state, and does at each start what a test makes of it.
class FakeAgent final : public supervision::AgentControl
{
public:
    void stop(std::function<void()> whenGone) override
    {
        isRunning = false;
        ++stops;
        whenGone();
    }
    void start() override
    {
        isRunning = true;
        ++starts;
    }
    [[nodiscard]] QString startProblem() const override { return problem; }
    [[nodiscard]] std::optional<LastExit> lastExit() const override
    {
        return LastExit{4, std::nullopt, QDateTime(), std::nullopt, {u"no libfoo"_s}};
    }

    void connectAs(int version) { Q_EMIT helloReceived(version); }
    void die() { Q_EMIT ended(); }
    void failToStart(const QString &why)
    {
        problem = why;
        Q_EMIT startFailed();
    }

    bool isRunning = true;
    int starts = 0;
    int stops = 0;
    QString problem;
};

} // namespace

class TestAgentExchange : public QObject
{
    Q_OBJECT

private:
    static constexpr std::chrono::milliseconds offlineSettle{20};

    [[nodiscard]] QString below(const QString &path) const { return m_root->filePath(path); }

    void addRelease(const QString &folder, int version) const
    {
        QVERIFY(QDir().mkpath(below(folder)));
        QFile program(below(folder) + u"/sgn-agent"_s);
        QVERIFY(program.open(QIODevice::WriteOnly));
        program.write("#!/bin/sh\n");
        QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        QFile file(below(folder) + u"/version"_s);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::number(version));
    }
    [[nodiscard]] QByteArray versionIn(const QString &folder) const
    {
        QFile file(below(folder) + u"/version"_s);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    [[nodiscard]] AgentExchange::Settings settings() const
    {
        const uid_t owner = ::geteuid() == 0 ? 1000 : ::geteuid();
        return {below(u"JabberClient"_s),
                below(u"downloads"_s),
                below(u"agent-swap.json"_s),
                owner,
                owner,
                7,
                offlineSettle};
    }
    // As the next watchdog does, after a kill or a power cut.
    void startWatchdog()
    {
        m_exchange.reset();
        m_agent = std::make_unique<FakeAgent>();
        m_agent->isRunning = false;
        m_exchange = std::make_unique<AgentExchange>(settings(), *m_agent, m_clock);
    }
    [[nodiscard]] control::Swap order(const QString &key = u"9:a"_s) const
    {
        return {Component::JabberClient, key, 2, 60, control::SwapFolder{below(u"downloads/new"_s)}};
    }
    // Until the new agent is on probation.
    void beginSwap()
    {
        const int before = m_agent->starts;
        QVERIFY(m_exchange->request(order()));
        QTRY_COMPARE(m_agent->starts, before + 1);
    }
    [[nodiscard]] SwapJournal journal() const
    {
        SwapJournal journal;
        journal.request = order();
        journal.newFolder = system::folderId(below(u"downloads/new"_s)).value_or(0);
        journal.oldFolder = system::folderId(below(u"JabberClient"_s)).value_or(0);
        return journal;
    }

private Q_SLOTS:
    void init()
    {
        m_root = std::make_unique<QTemporaryDir>();
        addRelease(u"JabberClient"_s, 1);
        addRelease(u"downloads/new"_s, 2);
        m_agent = std::make_unique<FakeAgent>();
        m_exchange = std::make_unique<AgentExchange>(settings(), *m_agent, m_clock);
    }
    void cleanup() { m_exchange.reset(); }

    void confirmsAnAgentThatReachesItsServer()
    {
        const QSignalSpy finished(m_exchange.get(), &AgentExchange::finished);
        beginSwap();
        QCOMPARE(m_exchange->status().progress, control::SwapProgress::Confirming);
        QVERIFY(m_exchange->isUnderWay());
        m_exchange->online(); // before its hello: of an older connection
        QCOMPARE(m_exchange->status().progress, control::SwapProgress::Confirming);
        m_agent->connectAs(2);
        m_exchange->online();
        QCOMPARE(finished.size(), 1);
        QCOMPARE(m_exchange->status(),
                 (control::SwapStatusReply{
                     Component::JabberClient, control::SwapProgress::Confirmed, u"9:a"_s, 7, ErrorCode::Internal, {}}));
        QCOMPARE(versionIn(u"JabberClient"_s), "2"_ba);
        QCOMPARE(versionIn(u"downloads/previous-JabberClient"_s), "1"_ba);
        QVERIFY(m_agent->isRunning);
        QCOMPARE(m_agent->starts, 1);
    }

    void rollsBack_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("reason");
        QTest::newRow("another version") << u"version"_s << u"is version 7 and not 2"_s;
        QTest::newRow("ends three times") << u"dies"_s << u"ended 3 times, the last time with exit code 4: no libfoo"_s;
        QTest::newRow("can't be started") << u"start"_s << u"cannot be started: no interpreter"_s;
    }

    void rollsBack()
    {
        QFETCH(const QString, fault);
        QFETCH(const QString, reason);
        const QSignalSpy finished(m_exchange.get(), &AgentExchange::finished);
        beginSwap();
        if (fault == u"version"_s) {
            m_agent->connectAs(7);
        } else if (fault == u"start"_s) {
            m_agent->failToStart(u"no interpreter"_s);
        } else {
            m_agent->die();
            m_agent->connectAs(2);
            m_agent->die();
            QVERIFY(finished.isEmpty());
            m_agent->die();
        }
        QTRY_COMPARE(finished.size(), 1);
        const auto status = m_exchange->status();
        QCOMPARE(status.progress, control::SwapProgress::RolledBack);
        QCOMPARE(status.error, ErrorCode::NotHealthy);
        QVERIFY2(status.remarks.contains(reason), qPrintable(status.remarks));
        QCOMPARE(versionIn(u"JabberClient"_s), "1"_ba);
        QCOMPARE(versionIn(u"downloads/new"_s), "2"_ba);
        QVERIFY(m_agent->isRunning);
    }

    // What came by a stick, to a device that has no network.
    void confirmsWithoutAServer()
    {
        const QSignalSpy finished(m_exchange.get(), &AgentExchange::finished);
        control::Swap request = order();
        request.mayBeOffline = true;
        QVERIFY(m_exchange->request(request));
        QTRY_COMPARE(m_agent->starts, 1);
        // Not one that ends before its time.
        m_agent->connectAs(2);
        m_agent->die();
        m_clock.advance(2 * offlineSettle);
        QCoreApplication::processEvents();
        QCOMPARE(m_exchange->status().progress, control::SwapProgress::Confirming);
        m_agent->connectAs(2);
        QCOMPARE(m_exchange->status().progress, control::SwapProgress::Confirming);
        m_clock.advance(offlineSettle);
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(m_exchange->status().progress, control::SwapProgress::Confirmed);
        QCOMPARE(versionIn(u"JabberClient"_s), "2"_ba);
    }

    void takesOneOrderAtATime()
    {
        beginSwap();
        QVERIFY(m_exchange->request(order())); // a repeat
        QCOMPARE(m_exchange->request(order(u"10:b"_s)).error().code, ErrorCode::Busy);
        m_agent->connectAs(2);
        m_exchange->online();
        QVERIFY(m_exchange->request(order())); // still the same order, which is done
        QCOMPARE(m_exchange->status().progress, control::SwapProgress::Confirmed);
        QCOMPARE(m_agent->stops, 1);
    }

    void refusesWhatIsNoStagedAgent_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("missing") << u"downloads/none"_s << ErrorCode::BadRequest;
        QTest::newRow("outside") << u"JabberClient"_s << ErrorCode::BadRequest;
        QTest::newRow("downloads itself") << u"downloads"_s << ErrorCode::BadRequest;
        QTest::newRow("dots out") << u"downloads/../JabberClient"_s << ErrorCode::BadRequest;
        QTest::newRow("empty path") << QString() << ErrorCode::BadRequest;
        QTest::newRow("relative") << u"./downloads/new"_s << ErrorCode::BadRequest;
        QTest::newRow("without an agent") << u"downloads/empty"_s << ErrorCode::InstallFailed;
    }

    void refusesWhatIsNoStagedAgent()
    {
        QFETCH(const QString, folder);
        QFETCH(const ErrorCode, code);
        QVERIFY(QDir().mkpath(below(u"downloads/empty"_s)));
        control::Swap request = order();
        const bool isBelow = !folder.isEmpty() && !folder.startsWith(u'.');
        request.source = control::SwapFolder{isBelow ? below(folder) : folder};
        const auto refused = m_exchange->request(request);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, code);
        QVERIFY(!QFile::exists(below(u"agent-swap.json"_s)));
        QVERIFY(!m_exchange->isUnderWay());
    }

    void refusesAZip()
    {
        control::Swap request = order();
        request.source = control::SwapZip{below(u"downloads/a.zip"_s), QByteArray(32, 'x'), {}, false};
        QCOMPARE(m_exchange->request(request).error().code, ErrorCode::BadRequest);
    }

    // Saved phase × what is in place → what the next watchdog does.
    void goesOnAfterACut_data()
    {
        QTest::addColumn<SwapPhase>("saved");
        QTest::addColumn<bool>("isExchanged");
        QTest::addColumn<bool>("isGood");
        QTest::addColumn<control::SwapProgress>("expected");
        using Progress = control::SwapProgress;
        for (const bool isGood : {true, false}) {
            const Progress end = isGood ? Progress::Confirmed : Progress::RolledBack;
            const char *const agent = isGood ? "good" : "bad";
            QTest::addRow("before the exchange, %s", agent) << SwapPhase::Exchanging << false << isGood << end;
            QTest::addRow("after the exchange, %s", agent) << SwapPhase::Exchanging << true << isGood << end;
            QTest::addRow("on probation, %s", agent) << SwapPhase::Confirming << true << isGood << end;
            QTest::addRow("rolling back, exchanged, %s", agent)
                << SwapPhase::RollingBack << true << isGood << Progress::RolledBack;
            QTest::addRow("rolling back, done, %s", agent)
                << SwapPhase::RollingBack << false << isGood << Progress::RolledBack;
            QTest::addRow("on probation, but the old one is in place, %s", agent)
                << SwapPhase::Confirming << false << isGood << Progress::RolledBack;
        }
    }

    void goesOnAfterACut()
    {
        QFETCH(const SwapPhase, saved);
        QFETCH(const bool, isExchanged);
        QFETCH(const bool, isGood);
        QFETCH(const control::SwapProgress, expected);
        SwapJournal cut = journal();
        cut.phase = saved;
        QVERIFY(SwapJournalFile(below(u"agent-swap.json"_s), 0644).save(cut));
        if (isExchanged) {
            QVERIFY(system::exchangeFolders(below(u"JabberClient"_s), below(u"downloads/new"_s)));
        }
        startWatchdog();
        QVERIFY(m_exchange->load());
        m_exchange->resume();
        QTRY_VERIFY(m_agent->isRunning);
        if (m_exchange->isUnderWay()) {
            m_agent->connectAs(isGood ? 2 : 7);
            m_exchange->online();
        }
        QTRY_COMPARE(m_exchange->status().progress, expected);
        QCOMPARE(versionIn(u"JabberClient"_s), expected == control::SwapProgress::Confirmed ? "2"_ba : "1"_ba);
        QVERIFY(m_agent->isRunning);
        // And that is final for every watchdog after it.
        startWatchdog();
        QVERIFY(!m_exchange->load());
        m_exchange->resume();
        QCOMPARE(m_exchange->status().progress, expected);
    }

    void givesUpOnAReleaseThatRestartsTheDevice()
    {
        beginSwap();
        for (int restart = 1; restart <= 3; ++restart) {
            startWatchdog();
            QVERIFY(m_exchange->load());
            m_exchange->resume();
            QCOMPARE(m_exchange->status().progress, control::SwapProgress::Confirming);
        }
        startWatchdog();
        QVERIFY(m_exchange->load());
        m_exchange->resume();
        QCOMPARE(m_exchange->status().progress, control::SwapProgress::RolledBack);
        QVERIFY(m_exchange->status().remarks.contains(u"restarted 4 times"_s));
        QCOMPARE(versionIn(u"JabberClient"_s), "1"_ba);
    }

    void keepsTheNewAgentWhenTheOldOneIsGone()
    {
        beginSwap();
        QVERIFY(QDir(below(u"downloads/new"_s)).removeRecursively());
        m_agent->connectAs(7);
        QCOMPARE(m_exchange->status().progress, control::SwapProgress::Confirmed);
        QVERIFY(m_exchange->status().remarks.contains(u"the old one is gone"_s));
        QCOMPARE(versionIn(u"JabberClient"_s), "2"_ba);
        QVERIFY(m_agent->isRunning);
    }

private:
    std::unique_ptr<QTemporaryDir> m_root;
    ManualClock m_clock;
    std::unique_ptr<FakeAgent> m_agent;
    std::unique_ptr<AgentExchange> m_exchange;
};

QTEST_GUILESS_MAIN(TestAgentExchange)
#include "tst_agent_exchange.moc"
