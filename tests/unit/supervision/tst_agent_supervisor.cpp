// SPDX-License-Identifier: GPL-3.0-or-later
#include "ScriptTree.h"
#include "supervision/AgentSupervisor.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::supervision;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QString agentFile = u"SmartMeter/sgn-agent"_s;

} // namespace

class TestAgentSupervisor : public QObject
{
    Q_OBJECT

private:
    // With a log of its signals.
    struct Supervised
    {
        std::unique_ptr<AgentSupervisor> supervisor;
        QStringList signalled;

        [[nodiscard]] qint64 pid() const
        {
            const auto identity = supervisor->identity();
            return identity ? identity->pid : 0;
        }
    };

    std::unique_ptr<Supervised> make(MonotonicTime startGrace = 1ms)
    {
        AgentSupervisor::Settings settings;
        settings.program = m_tree->path(agentFile);
        settings.outputFile = m_tree->path(u"logs/agent-output.log"_s);
        settings.limits = shortLimits();
        settings.startGrace = startGrace;
        m_rules.emplace(m_tree->rules());
        auto made = std::make_unique<Supervised>();
        made->supervisor = std::make_unique<AgentSupervisor>(settings, *m_rules, m_clock);
        Supervised *const log = made.get();
        connect(made->supervisor.get(), &AgentSupervisor::helloReceived, this,
                [log](int version) { log->signalled += u"hello %1"_s.arg(version); });
        connect(made->supervisor.get(), &AgentSupervisor::ended, this, [log] { log->signalled += u"ended"_s; });
        connect(made->supervisor.get(), &AgentSupervisor::startFailed, this,
                [log] { log->signalled += u"start failed"_s; });
        return made;
    }
    // One that has started its agent.
    std::unique_ptr<Supervised> makeRunning()
    {
        m_tree->add(agentFile);
        auto made = make();
        made->supervisor->begin();
        [[maybe_unused]] const bool started = QTest::qWaitFor([&] { return made->pid() != 0; }, patience);
        return made;
    }

    SystemClock m_clock;
    std::optional<ScriptTree> m_tree;
    std::optional<ProgramRules> m_rules;

private Q_SLOTS:
    void init() { m_tree.emplace(); }
    void cleanup() { m_tree.reset(); }

    void recognisesAnAgentByItsName_data()
    {
        QTest::addColumn<QByteArray>("executable");
        QTest::addColumn<QByteArrayList>("arguments");
        QTest::addColumn<bool>("named");
        const auto row = [](const char *name, const QByteArray &executable, const QByteArrayList &arguments,
                            bool named) {
            QTest::newRow(name) << executable << arguments << named;
        };
        row("the executable", "/build/sgn-agent", {"anything"}, true);
        row("the script of an interpreter", "/bin/sh", {"/bin/sh", "/x/sgn-agent"}, true);
        row("the first argument", "/bin/sh", {"sgn-agent"}, true);
        row("a later argument", "/usr/bin/vi", {"vi", "-R", "/x/sgn-agent"}, false);
        row("a longer name", "/build/sgn-agent2", {"/build/sgn-agent2"}, false);
        row("a folder of that name", "/sgn-agent/other", {"/sgn-agent/other"}, false);
        row("an exchanged executable", "/build/sgn-agent (deleted)", {"x"}, false);
        row("nothing known", {}, {}, false);
        row("empty arguments", {}, {"", ""}, false);
    }

    void recognisesAnAgentByItsName()
    {
        QFETCH(QByteArray, executable);
        QFETCH(QByteArrayList, arguments);
        QFETCH(bool, named);
        QCOMPARE(isNamedLike(u"/root/JabberClient/sgn-agent"_s, executable, arguments), named);
    }

    void startsOneIfNoneRuns()
    {
        const auto agent = makeRunning();
        QVERIFY(agent->pid() != 0);
        QVERIFY(agent->signalled.isEmpty());
    }

    void keepsItFromGainingRights()
    {
        const auto agent = makeRunning();
        QFile status(u"/proc/%1/status"_s.arg(agent->pid()));
        QVERIFY(status.open(QIODevice::ReadOnly));
        QVERIFY(status.readAll().contains("\nNoNewPrivs:\t1\n"));
    }

    void takesOverTheOneThatRuns()
    {
        m_tree->add(agentFile);
        const pid_t pid = m_tree->startElsewhere(m_tree->path(agentFile));
        const auto agent = make();
        agent->supervisor->begin();
        QTRY_COMPARE_WITH_TIMEOUT(agent->pid(), qint64{pid}, patience);
    }

    void takesOverTheSavedOneOnlyIfItIsTheSameProcess()
    {
        // Not the program itself, so that nothing but the saved identity leads to it.
        m_tree->add(agentFile);
        const pid_t pid = m_tree->startElsewhere(m_tree->add(u"elsewhere/sgn-agent"_s));
        const quint64 startTime = system::readProcStat(pid)->startTime;
        const auto agent = make();
        agent->supervisor->findRunningAgent(ProcessIdentity{pid, startTime + 1});
        QCOMPARE(agent->pid(), 0);
        agent->supervisor->findRunningAgent(ProcessIdentity{pid, startTime});
        QCOMPARE(agent->pid(), qint64{pid});
    }

    void takesOverNoOtherProgramThatWasSaved()
    {
        m_tree->add(agentFile);
        const pid_t pid = m_tree->startElsewhere(m_tree->add(u"elsewhere/other"_s));
        const auto agent = make();
        agent->supervisor->findRunningAgent(ProcessIdentity{pid, system::readProcStat(pid)->startTime});
        QCOMPARE(agent->pid(), 0);
    }

    // What a hello does, by the state and by who sends it.
    void handlesAHello_data()
    {
        QTest::addColumn<QString>("state");  // none, waiting for the start, running, stopped
        QTest::addColumn<QString>("sender"); // agent: the supervised one; elsewhere, other: another process, or none
        QTest::addColumn<bool>("accepted");
        for (const QString &state : {u"none"_s, u"waiting"_s, u"stopped"_s}) {
            QTest::addRow("%s, an agent", qPrintable(state)) << state << u"elsewhere"_s << true;
            QTest::addRow("%s, another program", qPrintable(state)) << state << u"other"_s << false;
            QTest::addRow("%s, a process that is gone", qPrintable(state)) << state << u"gone"_s << false;
        }
        QTest::newRow("running, itself") << u"running"_s << u"agent"_s << true;
        QTest::newRow("running, another agent") << u"running"_s << u"elsewhere"_s << false;
        QTest::newRow("running, another program") << u"running"_s << u"other"_s << false;
    }

    void handlesAHello()
    {
        QFETCH(QString, state);
        QFETCH(QString, sender);
        QFETCH(bool, accepted);
        auto agent = state == u"running"_s ? makeRunning() : make(1h);
        m_tree->add(agentFile);
        if (state == u"waiting"_s) {
            agent->supervisor->begin();
        } else if (state == u"stopped"_s) {
            agent->supervisor->stop([] {});
        }
        pid_t pid = static_cast<pid_t>(agent->pid());
        if (sender != u"agent"_s) {
            pid = m_tree->startElsewhere(
                m_tree->add(sender == u"other"_s ? u"elsewhere/other"_s : u"elsewhere/sgn-agent"_s));
        }
        if (sender == u"gone"_s) {
            m_tree->end(pid);
        }
        const auto before = agent->supervisor->identity();
        QCOMPARE(agent->supervisor->hello(pid, 7), accepted);
        QCOMPARE(agent->signalled, accepted ? QStringList{u"hello 7"_s} : QStringList());
        if (accepted) {
            QCOMPARE(agent->pid(), qint64{pid});
        } else {
            QCOMPARE(agent->supervisor->identity(), before);
        }
        if (state == u"stopped"_s && accepted) {
            QTRY_COMPARE_WITH_TIMEOUT(agent->pid(), 0, patience); // none may run now
        }
    }

    void reportsTheEndBeforeItCallsBack()
    {
        const auto agent = makeRunning();
        agent->supervisor->stop([&] { agent->signalled += u"first"_s; });
        agent->supervisor->stop([&] { agent->signalled += u"second"_s; });
        QTRY_COMPARE_WITH_TIMEOUT(agent->signalled, (QStringList{u"ended"_s, u"first"_s, u"second"_s}), patience);
        QCOMPARE(agent->pid(), 0);
        agent->supervisor->start();
        QTRY_VERIFY_WITH_TIMEOUT(agent->pid() != 0, patience);
        QCOMPARE(agent->signalled.size(), 3);
    }

    void callsBackAtOnceIfNoneRuns()
    {
        m_tree->add(agentFile);
        const auto agent = make();
        agent->supervisor->begin();
        agent->supervisor->stop([&] { agent->signalled += u"gone"_s; });
        QCOMPARE(agent->signalled, QStringList{u"gone"_s});
        // Nor is one started when the time for a hello is over.
        QTest::qWait(50);
        QCOMPARE(agent->pid(), 0);
    }

    void startsTheNextFromTheCallback()
    {
        const auto agent = makeRunning();
        const qint64 first = agent->pid();
        agent->supervisor->stop([&] { agent->supervisor->start(); });
        QTRY_VERIFY_WITH_TIMEOUT(agent->pid() != 0 && agent->pid() != first, patience);
    }

    void startsAgainWhatDies()
    {
        const auto agent = makeRunning();
        const qint64 first = agent->pid();
        ::kill(static_cast<pid_t>(first), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(agent->pid() != 0 && agent->pid() != first, patience);
        QVERIFY(agent->signalled.contains(u"ended"_s));
        QCOMPARE(agent->supervisor->lastExit()->signal, std::optional(SIGKILL));
    }

    void reportsThatItCannotStart()
    {
        const auto agent = make();
        agent->supervisor->begin();
        QTRY_VERIFY_WITH_TIMEOUT(agent->signalled.contains(u"start failed"_s), patience);
        QVERIFY(agent->supervisor->startProblem().contains(u"cannot find"_s));
    }
};

QTEST_GUILESS_MAIN(TestAgentSupervisor)
#include "tst_agent_supervisor.moc"
