// SPDX-License-Identifier: GPL-3.0-or-later
#include "InstallerFixture.h"
#include "system/FolderExchange.h"

using namespace sgn;
using namespace sgn::update;
using namespace sgn::system;
using namespace sgn::test;
using control::SwapProgress;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// The swaps that the watchdog carries out: the agent's and its own.
class TestWatchdogDrivenSwap : public InstallerFixture
{
    Q_OBJECT

private:
    // The state of a swap of the agent, as the watchdog reports it.
    static control::SwapStatusReply agentSwap(SwapProgress progress, const QString &key, const QString &remarks = {})
    {
        return {Component::JabberClient, progress, key, 1, ErrorCode::NotHealthy, remarks};
    }

    // Has the watchdog accept a swap of itself, be disconnected meanwhile, and end in `state`.
    void swapWatchdogTo(SwapProgress state, bool answered)
    {
        m_watchdog->onSwap = [this, answered, state](const control::Swap &request) -> Result<control::ReplyBody> {
            m_watchdog->watchdogSwap = {
                Component::WatchDog, SwapProgress::Preparing, request.key, 1, ErrorCode::Internal, {}};
            QTimer::singleShot(20, m_watchdog.get(), [this, state] {
                if (state != SwapProgress::Failed) {
                    m_watchdog->watchdogSwap.progress = SwapProgress::Confirming;
                    m_watchdog->setConnected(false);
                }
                QTimer::singleShot(20, m_watchdog.get(), [this, state] {
                    m_watchdog->watchdogSwap.progress = state;
                    m_watchdog->watchdogSwap.running = state == SwapProgress::Confirmed ? 2 : 1;
                    m_watchdog->watchdogSwap.error = ErrorCode::HashMismatch;
                    m_watchdog->watchdogSwap.remarks = u"this is why"_s;
                    m_watchdog->setConnected(true);
                });
            });
            if (!answered) {
                return fail(ErrorCode::Network, u"the connection broke"_s);
            }
            return control::Done{};
        };
    }

private Q_SLOTS:
    void waitsForTheWatchdogsDecision()
    {
        // It is to restore the old agent and can't exchange the folders: the agent in place for now confirms nothing.
        const Files agent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0\n"}};
        QVERIFY(install(m_root, agent));
        offer(agent);
        m_settings.times.watchdogAway = 100ms;
        restart();
        const QString installed = m_root + u"/JabberClient"_s;
        QString staged;
        m_watchdog->onSwap = [&](const control::Swap &swap) -> Result<control::ReplyBody> {
            staged = std::get<control::SwapFolder>(swap.source).path;
            (void)exchangeIn(installed, staged, inodeOf(staged).value());
            m_watchdog->agentSwap = agentSwap(SwapProgress::Confirming, swap.key);
            return control::Done{};
        };
        QVERIFY(m_installer->begin(agentOrder(2)));
        QVERIFY(reached(State::Confirming));
        // Twice the time, while it is queried every 5 ms.
        const auto asked = [this] {
            return m_watchdog->requestsOf<control::SwapStatus>().size();
        };
        const auto before = asked();
        QTRY_VERIFY_WITH_TIMEOUT(asked() >= before + 500, limit);
        QVERIFY(m_outcomes.isEmpty());
        m_watchdog->agentSwap = agentSwap(SwapProgress::RolledBack, m_watchdog->agentSwap.key, u"it failed"_s);
        QVERIFY(ended());
        QVERIFY(m_outcomes.first().rolledBack);
    }

    void letsTheWatchdogSwapItself_data()
    {
        QTest::addColumn<int>("progress");
        QTest::addColumn<bool>("answered");
        QTest::addColumn<bool>("restarted");
        const auto rows = [](const char *name, SwapProgress progress) {
            for (const bool answered : {true, false}) {
                for (const bool restarted : {true, false}) {
                    QTest::addRow("%s%s%s", name, answered ? "" : ", answer lost", restarted ? ", agent restarted" : "")
                        << static_cast<int>(progress) << answered << restarted;
                }
            }
        };
        rows("works", SwapProgress::Confirmed);
        rows("doesn't work", SwapProgress::RolledBack);
        rows("is refused", SwapProgress::Failed);
    }

    void letsTheWatchdogSwapItself()
    {
        QFETCH(const int, progress);
        QFETCH(const bool, answered);
        QFETCH(const bool, restarted);
        const auto state = static_cast<SwapProgress>(progress);
        offer({{u"WatchDog/sgn-watchdog"_s, "#!/bin/sh\n"}, {u"WatchDog/version"_s, "2\n"}});
        // The record of an older update doesn't count.
        m_watchdog->watchdogSwap = {Component::WatchDog, SwapProgress::RolledBack, u"9:old"_s, 1, ErrorCode::NotHealthy,
                                    u"long ago"_s};
        swapWatchdogTo(state, answered);
        Order order = agentOrder(2);
        updateOf(order).component = Component::WatchDog;
        updateOf(order).release = u"a.b.c"_s;
        if (restarted) {
            const auto again = [this](State entered) {
                if (entered == State::Swapping && m_installer->state() == State::Swapping) {
                    QTimer::singleShot(10, this, [this] {
                        m_installer->disconnect(this);
                        restart();
                        m_installer->resume();
                    });
                }
            };
            connect(m_installer.get(), &Installer::stateEntered, this, again);
        }
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        const UpdateOutcome &outcome = m_outcomes.first();
        QCOMPARE(outcome.success, state == SwapProgress::Confirmed);
        QCOMPARE(outcome.rolledBack, state == SwapProgress::RolledBack);
        if (!outcome.success) {
            QCOMPARE(outcome.error, std::optional(ErrorCode::HashMismatch));
            QCOMPARE(outcome.remarks, u"this is why"_s);
        }
        const auto requests = m_watchdog->requestsOf<control::Swap>();
        QCOMPARE(requests.size(), 1);
        QCOMPARE(requests.first().component, Component::WatchDog);
        QCOMPARE(requests.first().version, 2);
        const control::SwapZip zip{m_settings.downloads + u"/WatchDog.zip.part"_s, Sha256::hash(readWhole(m_source)),
                                   u"a.b.c"_s, false};
        QVERIFY(requests.first().source == control::SwapSource(zip));
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void admitsWatchdogsByVersion_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<bool>("force");
        QTest::addColumn<QString>("remarks");
        QTest::newRow("the same") << 3 << false << u"already installed"_s;
        QTest::newRow("lower") << 2 << false << u"watchdog version 3 is installed, which is newer than 2"_s;
        QTest::newRow("higher") << 4 << false << u"asked"_s;
        QTest::newRow("lower by force") << 2 << true << u"asked"_s;
    }

    void admitsWatchdogsByVersion()
    {
        QFETCH(const int, version);
        QFETCH(const bool, force);
        QFETCH(const QString, remarks);
        offer({{u"WatchDog/sgn-watchdog"_s, "#!/bin/sh\n"}});
        m_watchdog->watchdogSwap.running = 3;
        m_watchdog->onSwap = [](const control::Swap &) -> Result<control::ReplyBody> {
            return fail(ErrorCode::Busy, u"asked"_s);
        };
        Order order = agentOrder(version);
        updateOf(order).component = Component::WatchDog;
        updateOf(order).force = force;
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().remarks, remarks);
    }

    void letsTheWatchdogSwapTheAgent_data()
    {
        QTest::addColumn<bool>("works");
        QTest::addColumn<bool>("answered");
        QTest::newRow("the new agent works") << true << true;
        QTest::newRow("the new agent doesn't work") << false << true;
        QTest::newRow("stopped before the answer, works") << true << false;
        QTest::newRow("stopped before the answer, doesn't work") << false << false;
    }

    void letsTheWatchdogSwapTheAgent()
    {
        QFETCH(const bool, works);
        QFETCH(const bool, answered);
        const QString installed = m_root + u"/JabberClient"_s;
        const Files oldAgent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0 # old\n"}};
        const Files newAgent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0 # new\n"}};
        QVERIFY(install(m_root, oldAgent));
        offer(newAgent);
        bool stopped = false;
        m_watchdog->onSwap = [&](const control::Swap &swap) -> Result<control::ReplyBody> {
            stopped = true;
            const QString staged = std::get<control::SwapFolder>(swap.source).path;
            if (works) {
                (void)exchangeIn(installed, staged, inodeOf(staged).value());
            }
            m_watchdog->agentSwap = agentSwap(works ? SwapProgress::Confirmed : SwapProgress::RolledBack, swap.key,
                                              works ? QString() : u"the new agent did not reach the server"_s);
            if (answered) {
                return control::Done{};
            }
            return fail(ErrorCode::Network, u"gone"_s);
        };
        QVERIFY(m_installer->begin(agentOrder(2)));
        QVERIFY(QTest::qWaitFor([&] { return stopped; }, limit));
        // The agent is stopped, and the release that is in place then starts.
        restart();
        m_installer->resume();
        QVERIFY(ended());
        const UpdateOutcome &outcome = m_outcomes.first();
        QCOMPARE(outcome.success, works);
        QCOMPARE(outcome.rolledBack, !works);
        QCOMPARE(outcome.remarks, m_watchdog->agentSwap.remarks);
        const auto requests = m_watchdog->requestsOf<control::Swap>();
        QCOMPARE(requests.size(), 1);
        QCOMPARE(requests.first().component, Component::JabberClient);
        QCOMPARE(requests.first().version, 2);
        const control::SwapFolder staged{m_settings.downloads + u"/staged-JabberClient/JabberClient"_s};
        QVERIFY(requests.first().source == control::SwapSource(staged));
        m_installer->close();
        const QStringList kept{u"previous-JabberClient"_s, u"previous-JabberClient.json"_s};
        QCOMPARE(leftovers(), works ? kept : QStringList());
        QCOMPARE(readWhole(installed + u"/version"_s), works ? "2\n" : "");
    }

    void ignoresAnOldRollBack()
    {
        const Files agent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0\n"}};
        QVERIFY(install(m_root, agent));
        offer(agent);
        m_watchdog->agentSwap = agentSwap(SwapProgress::RolledBack, u"9:old"_s, u"last week"_s);
        m_watchdog->onSwap = [this](const control::Swap &swap) -> Result<control::ReplyBody> {
            m_watchdog->agentSwap = agentSwap(SwapProgress::Confirmed, swap.key);
            return control::Done{};
        };
        QVERIFY(m_installer->begin(agentOrder(2)));
        QVERIFY(ended());
        QVERIFY2(m_outcomes.first().success, qPrintable(m_outcomes.first().remarks));
    }

    void reportsTheWatchdogsRefusal()
    {
        const Files agent{{u"JabberClient/sgn-agent"_s, "#!/bin/sh\nexit 0\n"}};
        QVERIFY(install(m_root, agent));
        offer(agent);
        m_watchdog->onSwap = [](const control::Swap &) -> Result<control::ReplyBody> {
            return fail(ErrorCode::Refused, u"it is writable by others"_s);
        };
        QVERIFY(m_installer->begin(agentOrder(2)));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::InstallFailed));
        QCOMPARE(m_outcomes.first().remarks, u"it is writable by others"_s);
        QVERIFY(!m_outcomes.first().rolledBack);
    }

    void admitsAgentsByVersion_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<QString>("remarks");
        QTest::newRow("the same") << 1 << u"already installed"_s;
        QTest::newRow("lower") << 0 << u"agent version 1 is installed, which is newer than 0"_s;
    }

    void admitsAgentsByVersion()
    {
        QFETCH(const int, version);
        QFETCH(const QString, remarks);
        QVERIFY(m_installer->begin(agentOrder(version)));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().remarks, remarks);
    }
};

QTEST_GUILESS_MAIN(TestWatchdogDrivenSwap)
#include "tst_watchdog_driven_swap.moc"
