// SPDX-License-Identifier: GPL-3.0-or-later
#include "ScriptTree.h"
#include "supervision/Supervisor.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::supervision;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestSupervisor : public QObject
{
    Q_OBJECT

private:
    void make(MonotonicTime bootGrace = 1ms)
    {
        m_supervisor.reset();
        m_rules.emplace(m_tree->rules());
        Supervisor::Settings settings{.tree = DeviceTree(m_tree->root())};
        settings.limits = shortLimits();
        settings.bootGrace = bootGrace;
        m_supervisor = std::make_unique<Supervisor>(settings, *m_rules, m_clock);
    }
    [[nodiscard]] static Heartbeat heartbeat(const QString &name, qint64 pid, const QString &program, int version = 1)
    {
        Heartbeat heartbeat;
        heartbeat.processName = name;
        heartbeat.pid = pid;
        heartbeat.runCommand = program;
        heartbeat.version = version;
        return heartbeat;
    }
    [[nodiscard]] static RegistryEntry entry(const QString &name, const QString &program)
    {
        RegistryEntry entry;
        entry.name = name;
        entry.runCommand = program;
        entry.version = 3;
        return entry;
    }
    [[nodiscard]] qint64 pidOf(const QString &name) const
    {
        for (const RegistryEntry &entry : m_supervisor->entries()) {
            if (entry.name == name && entry.identity) {
                return entry.identity->pid;
            }
        }
        return 0;
    }
    [[nodiscard]] QStringList names() const
    {
        QStringList names;
        for (const RegistryEntry &entry : m_supervisor->entries()) {
            names += entry.name;
        }
        return names;
    }
    // The process of that script, as one that was started and reports.
    QString addRunning(const QString &name)
    {
        const QString program = m_tree->add(u"SmartMeter/"_s + name);
        const pid_t pid = m_tree->startElsewhere(program);
        [[maybe_unused]] const auto taken = m_supervisor->heartbeat(heartbeat(name, pid, program));
        return program;
    }

    SystemClock m_clock;
    std::optional<ScriptTree> m_tree;
    std::optional<ProgramRules> m_rules;
    std::unique_ptr<Supervisor> m_supervisor;

private Q_SLOTS:
    void init()
    {
        m_tree.emplace();
        make();
    }
    void cleanup()
    {
        m_supervisor.reset();
        m_tree.reset();
    }

    void takesInAProcessByItsHeartbeat()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program);
        QStringList order;
        connect(m_supervisor.get(), &Supervisor::essentialsChanged, this, [&] { order += u"to be saved"_s; });
        connect(m_supervisor.get(), &Supervisor::processChanged, this,
                [&](const ProcessReport &report) { order += report.name; });
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program, 4)).has_value());
        QCOMPARE(pidOf(u"ocr"_s), qint64{pid});
        QCOMPARE(m_supervisor->reports().front().version, 4);
        QCOMPARE(m_supervisor->reports().front().state, ProcessState::Running);
        QCOMPARE(order.front(), u"to be saved"_s); // before any other program is notified of it
        QVERIFY(order.contains(u"ocr"_s));
    }

    void refusesHeartbeatsThatAreNotTheProcess_data()
    {
        QTest::addColumn<QString>("sender"); // which script the sending process runs
        QTest::addColumn<QString>("named");  // which the heartbeat names
        QTest::addColumn<QString>("reason");
        QTest::newRow("another program") << u"SmartMeter/other"_s << u"SmartMeter/ocr"_s << u"doesn't run"_s;
        QTest::newRow("outside of the folder") << u"elsewhere/ocr"_s << u"elsewhere/ocr"_s << u"is outside"_s;
        QTest::newRow("no such program") << u"SmartMeter/ocr"_s << u"SmartMeter/none"_s << u"cannot find"_s;
    }

    void refusesHeartbeatsThatAreNotTheProcess()
    {
        QFETCH(QString, sender);
        QFETCH(QString, named);
        QFETCH(QString, reason);
        m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(m_tree->add(sender));
        const auto taken = m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, m_tree->path(named)));
        QVERIFY(!taken.has_value());
        QVERIFY2(taken.error().message.contains(reason), qPrintable(taken.error().message));
        QVERIFY(m_supervisor->entries().isEmpty());
    }

    void refusesHeartbeatsOfProcessesThatAreGone()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program);
        m_tree->end(pid);
        QCOMPARE(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program)).error().code, ErrorCode::NotFound);
        for (const qint64 impossible : {qint64{0}, qint64{-1}, qint64{1}}) {
            QVERIFY(!m_supervisor->heartbeat(heartbeat(u"ocr"_s, impossible, program)).has_value());
        }
        QVERIFY(m_supervisor->entries().isEmpty());
    }

    void refusesASecondCopyOfAProcess()
    {
        const QString program = addRunning(u"ocr"_s);
        const pid_t copy = m_tree->startElsewhere(program);
        const auto taken = m_supervisor->heartbeat(heartbeat(u"ocr"_s, copy, program));
        QVERIFY(!taken && taken.error().message.contains(u"is another copy"_s));
    }

    void notifiesOfAVersionOnce()
    {
        const QString program = addRunning(u"ocr"_s);
        QSignalSpy changed(m_supervisor.get(), &Supervisor::processChanged);
        QSignalSpy recorded(m_supervisor.get(), &Supervisor::recordChanged);
        for (int version = 2; version < 50; ++version) { // as many as a program that lies can send
            QVERIFY(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pidOf(u"ocr"_s), program, version)).has_value());
        }
        QVERIFY(changed.size() <= 2);
        QVERIFY(recorded.size() <= 2);
    }

    void holdsAndResumes()
    {
        addRunning(u"ocr"_s);
        addRunning(u"uplink"_s);
        QStringList replies;
        m_supervisor->hold(1h, [&](const Outcome &outcome) { replies += outcome ? u"gone"_s : u"cancelled"_s; });
        QVERIFY(replies.isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(replies, QStringList{u"gone"_s}, patience);
        QCOMPARE(pidOf(u"ocr"_s) + pidOf(u"uplink"_s), 0);
        QCOMPARE(m_supervisor->restart(u"ocr"_s).error().code, ErrorCode::Busy);
        QCOMPARE(m_supervisor->restart(u"none"_s).error().code, ErrorCode::NotFound);
        m_supervisor->resume({});
        QVERIFY(!m_supervisor->holdUntil());
        QTRY_VERIFY_WITH_TIMEOUT(pidOf(u"ocr"_s) != 0 && pidOf(u"uplink"_s) != 0, patience);
        QCOMPARE(replies.size(), 1);
    }

    void repliesToAHoldThatEndsBeforeTheProcesses()
    {
        m_tree->add(u"SmartMeter/ocr"_s, "trap '' TERM\nwhile :; do sleep 1; done");
        const QString program = m_tree->path(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program);
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program)).has_value());
        std::optional<ErrorCode> code;
        m_supervisor->hold(
            1h, [&](const Outcome &outcome) { code = outcome ? std::nullopt : std::optional(outcome.error().code); });
        m_supervisor->resume({});
        QCOMPARE(code, std::optional(ErrorCode::Cancelled));
    }

    void repliesAtOnceIfNothingRuns()
    {
        bool gone = false;
        m_supervisor->hold(1h, [&](const Outcome &outcome) { gone = outcome.has_value(); });
        QVERIFY(gone);
    }

    void resumesByItselfWhenAHoldExpires()
    {
        addRunning(u"ocr"_s);
        bool gone = false;
        m_supervisor->hold(300ms, [&](const Outcome &outcome) { gone = outcome.has_value(); });
        QTRY_VERIFY_WITH_TIMEOUT(gone, patience);
        QTRY_VERIFY_WITH_TIMEOUT(pidOf(u"ocr"_s) != 0 && !m_supervisor->holdUntil(), patience);
    }

    void holdsWhatReportsMeanwhile()
    {
        m_supervisor->hold(1h, [](const Outcome &) {});
        addRunning(u"ocr"_s);
        QCOMPARE(names(), QStringList{u"ocr"_s});
        QTRY_COMPARE_WITH_TIMEOUT(pidOf(u"ocr"_s), 0, patience);
    }

    void startsAndRetiresWhatANewReleaseBringsAndDrops()
    {
        const QString old = addRunning(u"old"_s);
        addRunning(u"ocr"_s);
        bool gone = false;
        m_supervisor->hold(1h, [&](const Outcome &) { gone = true; });
        QTRY_VERIFY_WITH_TIMEOUT(gone, patience);
        QVERIFY(QFile::remove(old));
        m_tree->add(u"SmartMeter/new.py"_s);
        m_supervisor->resume({{u"ocr"_s, 1}, {u"new"_s, 1}, {u"nowhere"_s, 1}});
        QTRY_VERIFY_WITH_TIMEOUT(pidOf(u"ocr"_s) != 0 && pidOf(u"new"_s) != 0, patience);
        QCOMPARE(names(), (QStringList{u"new"_s, u"ocr"_s}));
        QCOMPARE(m_supervisor->retired().value(u"old"_s), old);
        // Back to the release that has it.
        m_tree->add(u"SmartMeter/old"_s);
        m_supervisor->resume({{u"ocr"_s, 1}, {u"old"_s, 1}});
        QTRY_VERIFY_WITH_TIMEOUT(pidOf(u"old"_s) != 0, patience);
        QVERIFY(!m_supervisor->retired().contains(u"old"_s));
    }

    void goesOnWithWhatAnEarlierWatchdogKnew()
    {
        const QString running = m_tree->add(u"SmartMeter/running"_s);
        const QString ended = m_tree->add(u"SmartMeter/ended"_s);
        const QString unsaved = m_tree->add(u"SmartMeter/unsaved"_s);
        const pid_t pid = m_tree->startElsewhere(running);
        const pid_t unsavedPid = m_tree->startElsewhere(unsaved);
        Registry registry;
        registry.sameBoot = true;
        registry.processes = {entry(u"running"_s, running), entry(u"ended"_s, ended), entry(u"unsaved"_s, unsaved)};
        registry.processes[0].identity = ProcessIdentity{pid, system::readProcStat(pid)->startTime};
        registry.processes[1].identity = ProcessIdentity{pid, 1}; // the number of another process by now
        m_supervisor->begin(registry);
        QCOMPARE(pidOf(u"running"_s), qint64{pid});
        QCOMPARE(pidOf(u"unsaved"_s), qint64{unsavedPid}); // found, not started twice
        QVERIFY(pidOf(u"ended"_s) != 0 && pidOf(u"ended"_s) != pid);
    }

    void waitsAfterABootForWhatCronStarts()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        make(200ms);
        Registry registry;
        registry.processes = {entry(u"ocr"_s, program)};
        QElapsedTimer timer;
        timer.start();
        m_supervisor->begin(registry);
        QTRY_VERIFY_WITH_TIMEOUT(pidOf(u"ocr"_s) != 0, patience);
        QVERIFY(timer.elapsed() >= 190);
    }

    void goesOnWithASavedHold()
    {
        Registry registry;
        registry.sameBoot = true;
        registry.holdUntil = m_clock.monotonic() + 30min;
        registry.processes = {entry(u"ocr"_s, m_tree->add(u"SmartMeter/ocr"_s))};
        m_supervisor->begin(registry);
        QCOMPARE(m_supervisor->holdUntil(), registry.holdUntil);
        QCOMPARE(pidOf(u"ocr"_s), 0);
        QCOMPARE(m_supervisor->reports().front().state, ProcessState::Held);
    }
};

QTEST_GUILESS_MAIN(TestSupervisor)
#include "tst_supervisor.moc"
