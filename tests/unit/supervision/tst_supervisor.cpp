// SPDX-License-Identifier: GPL-3.0-or-later
#include "ScriptTree.h"
#include "supervision/Supervisor.h"

#include <QtTest>
#include <sys/socket.h>

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
    // A socket that a test passes on to a process.
    struct Socket
    {
        Socket()
            : descriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0))
        {
            struct stat info
            {
            };
            if (::fstat(descriptor.get(), &info) == 0) {
                inode = info.st_ino;
            }
        }
        Descriptor descriptor;
        quint64 inode = 0;
    };
    [[nodiscard]] static HeartbeatSender sentBy(uid_t user, quint64 inode)
    {
        const QList<system::UdpSocket> sockets{{user, inode}};
        return {sockets, false, [sockets] {
                    return sockets;
                }};
    }
    [[nodiscard]] static HeartbeatSender sentBy(const Socket &socket)
    {
        return sentBy(ScriptTree::owner(), socket.inode);
    }
    [[nodiscard]] static HeartbeatSender gone(bool othersAreKeptAway = false)
    {
        return {{}, othersAreKeptAway, [] {
                    return QList<system::UdpSocket>();
                }};
    }
    [[nodiscard]] ProcessReport reportOf(const QString &name) const
    {
        for (const ProcessReport &report : m_supervisor->reports()) {
            if (report.name == name) {
                return report;
            }
        }
        return {};
    }
    // Sent by a program with the watchdog's own rights.
    [[nodiscard]] static HeartbeatSender trusted()
    {
        return {{{::geteuid(), 1}}, false, [] {
                    return QList<system::UdpSocket>{{::geteuid(), 1}};
                }};
    }
    [[nodiscard]] static RegistryEntry entry(const QString &name, const QString &program)
    {
        RegistryEntry entry;
        entry.name = name;
        entry.runCommand = program;
        entry.version = 3;
        return entry;
    }
    [[nodiscard]] static RegistryEntry running(const QString &name, const QString &program, pid_t pid)
    {
        RegistryEntry running = entry(name, program);
        running.identity = ProcessIdentity{pid, system::readProcStat(pid)->startTime};
        return running;
    }
    // As after a restart of the watchdog that knew these.
    void begin(const QList<RegistryEntry> &processes)
    {
        Registry registry;
        registry.sameBoot = true;
        registry.processes = processes;
        m_supervisor->begin(registry);
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
        [[maybe_unused]] const auto taken = m_supervisor->heartbeat(heartbeat(name, pid, program), trusted());
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
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program, 4), trusted()).has_value());
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
        const auto taken = m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, m_tree->path(named)), trusted());
        QVERIFY(!taken.has_value());
        QVERIFY2(taken.error().message.contains(reason), qPrintable(taken.error().message));
        QVERIFY(m_supervisor->entries().isEmpty());
    }

    void refusesHeartbeatsOfProcessesThatAreGone()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program);
        m_tree->end(pid);
        QCOMPARE(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program), trusted()).error().code,
                 ErrorCode::NotFound);
        for (const qint64 impossible : {qint64{0}, qint64{-1}, qint64{1}}) {
            QVERIFY(!m_supervisor->heartbeat(heartbeat(u"ocr"_s, impossible, program), trusted()).has_value());
        }
        QVERIFY(m_supervisor->entries().isEmpty());
    }

    void takesAProcessThatSendsItselfForWhatItClaims_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("shows");
        QTest::addColumn<bool>("byAChild");
        QTest::newRow("one with another title") << QByteArray("exec sleep 1000") << QByteArray("1000") << false;
        QTest::newRow("a worker that sends for it")
            << QByteArray("sleep 1000 & exec 9>&-; wait") << QByteArray() << true;
    }

    void takesAProcessThatSendsItselfForWhatItClaims()
    {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, shows);
        QFETCH(bool, byAChild);
        const Socket socket;
        const QString program = m_tree->add(u"SmartMeter/ocr"_s, body);
        const pid_t pid = m_tree->startElsewhere(program, shows, socket.descriptor.get());
        QTRY_COMPARE_WITH_TIMEOUT(system::holdsSocket(pid, socket.inode), !byAChild, patience);
        const auto taken = m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program, 4), sentBy(socket));
        QVERIFY2(taken.has_value(), taken ? "" : qPrintable(taken.error().message));
        QCOMPARE(pidOf(u"ocr"_s), qint64{pid});
        QCOMPARE(reportOf(u"ocr"_s).version, 4);
        QCOMPARE(reportOf(u"ocr"_s).state, ProcessState::Running);
        // Known by its number, it may name what it likes.
        QVERIFY(
            m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, m_tree->path(u"SmartMeter/other"_s), 5), sentBy(socket))
                .has_value());
    }

    void refusesWhatAnotherProcessSends_data()
    {
        QTest::addColumn<uid_t>("user");
        QTest::newRow("another user's") << uid_t{4242};
        QTest::newRow("another of the owner's") << ScriptTree::owner();
    }

    void refusesWhatAnotherProcessSends()
    {
        QFETCH(uid_t, user);
        if (user == ::geteuid()) {
            QSKIP("a watchdog that isn't root trusts its own user");
        }
        const Socket other;
        const QString program = addRunning(u"ocr"_s);
        // An editor of the owner's with a program open that isn't started.
        const QString calibrate = m_tree->add(u"SmartMeter/calibrate"_s);
        const pid_t viewer = m_tree->startElsewhere(calibrate);
        for (const Heartbeat &forged : {heartbeat(u"ocr"_s, pidOf(u"ocr"_s), program, 2147483647),
                                        heartbeat(u"calibrate"_s, viewer, calibrate)}) {
            const auto taken = m_supervisor->heartbeat(forged, sentBy(user, other.inode));
            QVERIFY(!taken);
            QVERIFY2(taken.error().message.contains(u"it was sent by a process of user number %1"_s.arg(user)),
                     qPrintable(taken.error().message));
        }
        QCOMPARE(reportOf(u"ocr"_s).version, 1);
        QCOMPARE(names(), QStringList{u"ocr"_s});
    }

    void whatCannotBeAttributedIsASignOfLifeAtBest()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t stranger = m_tree->startElsewhere(program);
        QVERIFY(!m_supervisor->heartbeat(heartbeat(u"ocr"_s, stranger, program), gone()).has_value());
        m_tree->end(stranger);
        QVERIFY(names().isEmpty());

        begin({entry(u"ocr"_s, program)});
        const qint64 pid = pidOf(u"ocr"_s);
        QVERIFY(pid != 0);
        const auto taken = m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program, 9), gone());
        QVERIFY(taken && *taken == Credit::Life);
        QCOMPARE(reportOf(u"ocr"_s).version, 3);
        QCOMPARE(reportOf(u"ocr"_s).state, ProcessState::Starting);
        // A stopped process sends nothing.
        ::kill(static_cast<pid_t>(pid), SIGSTOP);
        QTRY_COMPARE_WITH_TIMEOUT(system::readProcStat(static_cast<pid_t>(pid))->state, 'T', patience);
        const auto stopped = m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program, 9), gone());
        QVERIFY(!stopped && stopped.error().message.contains(u"is stopped"_s));
    }

    void reportsAStartThatCannotSucceed()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        QSignalSpy changed(m_supervisor.get(), &Supervisor::processChanged);
        QVERIFY(QFile::remove(program));
        begin({entry(u"ocr"_s, program)});
        QVERIFY(reportOf(u"ocr"_s).problem.startsWith(u"cannot find "_s + program));
        // One failure may pass; the next of the same kind is reported as one that won't.
        QTRY_VERIFY_WITH_TIMEOUT(reportOf(u"ocr"_s).isHopeless, patience);
        QVERIFY(changed.constLast().constFirst().value<ProcessReport>().isHopeless);
        m_tree->add(u"SmartMeter/ocr"_s);
        QTRY_VERIFY_WITH_TIMEOUT(pidOf(u"ocr"_s) != 0, patience);
        QVERIFY(reportOf(u"ocr"_s).problem.isEmpty() && !reportOf(u"ocr"_s).isHopeless);
    }

    void reportsWhatAProcessSendsInsteadOfHeartbeats()
    {
        const Socket socket;
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program, {}, socket.descriptor.get());
        begin({running(u"ocr"_s, program, pid), entry(u"dlms"_s, m_tree->add(u"SmartMeter/dlms"_s))});
        const QString why = u"field \"version\" must be a whole number"_s;
        m_supervisor->unreadable(sentBy(socket), {}, why);
        QVERIFY(reportOf(u"ocr"_s).problem.endsWith(why));
        QVERIFY(!reportOf(u"ocr"_s).isHopeless);
        QVERIFY(reportOf(u"dlms"_s).problem.isEmpty());
        QVERIFY(QTest::qWaitFor(
            [&] { return m_supervisor->unreadable(sentBy(socket), {}, why), reportOf(u"ocr"_s).isHopeless; },
            patience));
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program), sentBy(socket)).has_value());
        QVERIFY(reportOf(u"ocr"_s).problem.isEmpty() && !reportOf(u"ocr"_s).isHopeless);
        // The same from another process changes nothing.
        const Socket other;
        m_supervisor->unreadable(sentBy(other), {}, why);
        m_supervisor->unreadable(gone(), {}, why);
        QVERIFY(reportOf(u"ocr"_s).problem.isEmpty());
    }

    void reportsAProgramWhoseHeartbeatsAreRefused()
    {
        const Socket socket;
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program, {}, socket.descriptor.get());
        QSignalSpy changed(m_supervisor.get(), &Supervisor::problemChanged);
        const auto sendsAnotherNumber = [&] {
            return m_supervisor->heartbeat(heartbeat(u"ocr"_s, 4194304, program), sentBy(socket)).has_value();
        };
        QVERIFY(!sendsAnotherNumber());
        QVERIFY(m_supervisor->problem().isEmpty());
        QVERIFY(QTest::qWaitFor([&] { return !sendsAnotherNumber() && !m_supervisor->problem().isEmpty(); }, patience));
        // This test holds the socket as well, so it may be the one that is found.
        QVERIFY2(m_supervisor->problem().startsWith(u"the heartbeats of \"ocr\" (process "_s) &&
                     m_supervisor->problem().contains(u"isn't process 4194304"_s),
                 qPrintable(m_supervisor->problem()));
        QCOMPARE(changed.size(), 1);
        QVERIFY(m_supervisor->reports().isEmpty());
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program), sentBy(socket)).has_value());
        QVERIFY(m_supervisor->problem().isEmpty());
        QCOMPARE(changed.size(), 2);
        // A process that runs and is known has no such problem, whatever others send by its name.
        QVERIFY(!sendsAnotherNumber());
        m_supervisor->unreadable(gone(), u"ocr"_s, u"not valid JSON"_s);
        QVERIFY(m_supervisor->problem().isEmpty());
    }

    void blamesAProcessWhoseHeartbeatsAreRefused()
    {
        const Socket socket;
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program, {}, socket.descriptor.get());
        begin({running(u"ocr"_s, program, pid)});
        QVERIFY(QTest::qWaitFor(
            [&] {
                (void)m_supervisor->heartbeat(heartbeat(u"dlms"_s, 4194304, program), sentBy(socket));
                return reportOf(u"ocr"_s).isHopeless;
            },
            patience));
        QVERIFY2(reportOf(u"ocr"_s).problem.contains(u"its heartbeats as \"dlms\" are refused: "_s),
                 qPrintable(reportOf(u"ocr"_s).problem));
        QVERIFY(m_supervisor->problem().isEmpty());
    }

    void followsAProcessToItsNewName()
    {
        const Socket socket;
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program, {}, socket.descriptor.get());
        begin({running(u"ocr"_s, program, pid)});
        QSignalSpy saved(m_supervisor.get(), &Supervisor::essentialsChanged);
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"reader"_s, pid, program, 2), sentBy(socket)).has_value());
        QCOMPARE(names(), QStringList{u"reader"_s});
        QVERIFY(!saved.isEmpty());
        QCOMPARE(pidOf(u"reader"_s), qint64{pid});
        QCOMPARE(reportOf(u"reader"_s).version, 2);
        QCOMPARE(reportOf(u"reader"_s).state, ProcessState::Running);
        // By one name at a time.
        const auto taken = m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program), sentBy(socket));
        QVERIFY(!taken && taken.error().message.contains(u"already known as \"reader\""_s));
        QVERIFY(m_supervisor->restart(u"reader"_s).has_value());
        QTRY_VERIFY_WITH_TIMEOUT(pidOf(u"reader"_s) != 0 && pidOf(u"reader"_s) != pid, patience);
        QVERIFY(QFile::exists(DeviceTree(m_tree->root()).processOutput(u"reader"_s)));
    }

    void startsNoSecondCopyUnderTheOldName()
    {
        // The new release's ocr has the name reader; the one before it is back, and there it is ocr.
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program);
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"reader"_s, pid, program), trusted()).has_value());
        m_supervisor->resume({{u"ocr"_s, 1}});
        QCOMPARE(names(), QStringList{u"reader"_s});
    }

    void aPacketFilterMakesItCount()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const pid_t pid = m_tree->startElsewhere(program);
        const auto taken = m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program, 9), gone(true));
        QVERIFY(taken && *taken == Credit::Full);
        QCOMPARE(pidOf(u"ocr"_s), qint64{pid});
        QCOMPARE(reportOf(u"ocr"_s).version, 9);
    }

    void supervisesAWrapperWithWhatItStarts()
    {
        // The wrapper waits for the reader, which sends the heartbeats under its own number and names the wrapper.
        const Socket socket;
        const QString reader = m_tree->add(u"SmartMeter/reader"_s);
        const QString wrapper = m_tree->add(u"SmartMeter/ocr"_s, QFile::encodeName(reader) + " & exec 9>&-; wait");
        const pid_t outer = m_tree->startElsewhere(wrapper, {}, socket.descriptor.get());
        const auto childOf = [](pid_t parent) {
            for (const system::ProcStat &stat : system::readAllProcesses()) {
                if (stat.parent == parent && system::readArguments(stat.pid).size() == 2) {
                    return stat.pid;
                }
            }
            return 0;
        };
        QTRY_VERIFY_WITH_TIMEOUT(childOf(outer) != 0 && system::holdsSocket(childOf(outer), socket.inode) &&
                                     !system::holdsSocket(outer, socket.inode),
                                 patience);
        const pid_t inner = childOf(outer);
        const auto taken = m_supervisor->heartbeat(heartbeat(u"ocr"_s, inner, wrapper), sentBy(socket));
        QVERIFY2(taken.has_value(), taken ? "" : qPrintable(taken.error().message));
        QCOMPARE(pidOf(u"ocr"_s), qint64{outer});
        // Some programmers name what runs instead.
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"ocr"_s, inner, reader), sentBy(socket)).has_value());
        QCOMPARE(m_supervisor->entries().front().runCommand, wrapper);
    }

    void oneProgramUnderTwoNamesIsTwoPrograms()
    {
        const QString meter = m_tree->add(u"SmartMeter/meter"_s);
        for (const auto &name : {u"ocr"_s, u"dlms"_s}) {
            QVERIFY(QFile::link(u"meter"_s, m_tree->path(u"SmartMeter/"_s + name)));
        }
        // As a watchdog of before kept the first.
        begin({entry(u"ocr"_s, meter), entry(u"dlms"_s, m_tree->path(u"SmartMeter/dlms"_s))});
        const qint64 dlms = pidOf(u"dlms"_s);
        QTRY_VERIFY_WITH_TIMEOUT(system::readArguments(static_cast<pid_t>(dlms))
                                     .contains(QFile::encodeName(m_tree->path(u"SmartMeter/dlms"_s))),
                                 patience);
        ::kill(static_cast<pid_t>(pidOf(u"ocr"_s)), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(reportOf(u"ocr"_s).restarts24h, std::optional(1), patience);
        QTRY_VERIFY_WITH_TIMEOUT(pidOf(u"ocr"_s) != 0, patience);
        QCOMPARE(pidOf(u"dlms"_s), dlms); // not left behind by the other
        QVERIFY(system::readProcStat(static_cast<pid_t>(dlms))->state != 'Z');
    }

    void startsALinkByItsOwnNameFromThenOn()
    {
        // As a watchdog of before kept it: by the file.
        const QString meter = m_tree->add(u"SmartMeter/meter"_s);
        const QString ocr = m_tree->path(u"SmartMeter/ocr"_s);
        QVERIFY(QFile::link(u"meter"_s, ocr));
        const Socket socket;
        const pid_t pid = m_tree->startElsewhere(ocr, {}, socket.descriptor.get());
        begin({running(u"ocr"_s, meter, pid)});
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, ocr), sentBy(socket)).has_value());
        QCOMPARE(m_supervisor->entries().front().runCommand, ocr);
    }

    void refusesASecondCopyOfAProcess()
    {
        const QString program = addRunning(u"ocr"_s);
        const pid_t copy = m_tree->startElsewhere(program);
        const auto taken = m_supervisor->heartbeat(heartbeat(u"ocr"_s, copy, program), trusted());
        QVERIFY(!taken && taken.error().message.contains(u"is another copy"_s));
    }

    void notifiesOfAVersionOnce()
    {
        const QString program = addRunning(u"ocr"_s);
        QSignalSpy changed(m_supervisor.get(), &Supervisor::processChanged);
        QSignalSpy recorded(m_supervisor.get(), &Supervisor::recordChanged);
        for (int version = 2; version < 50; ++version) { // as many as a program that lies can send
            QVERIFY(
                m_supervisor->heartbeat(heartbeat(u"ocr"_s, pidOf(u"ocr"_s), program, version), trusted()).has_value());
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
        QVERIFY(m_supervisor->heartbeat(heartbeat(u"ocr"_s, pid, program), trusted()).has_value());
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

    void knowsAgainWhatHasAnotherTitle()
    {
        // Nothing of what they show names the program: one is known by its number, the other, which was started right
        // before the watchdog was killed, leads its session and writes to its log.
        const QString saved = m_tree->add(u"SmartMeter/saved"_s, "exec sleep 1000");
        const QString unsaved = m_tree->add(u"SmartMeter/unsaved"_s, "exec sleep 1001 >>${0%/*}/../logs/unsaved.log");
        const pid_t savedPid = m_tree->startElsewhere(saved, "1000");
        const pid_t unsavedPid = m_tree->startElsewhere(unsaved, "1001");
        begin({entry(u"unsaved"_s, unsaved), running(u"saved"_s, saved, savedPid)});
        QCOMPARE(pidOf(u"saved"_s), qint64{savedPid});
        QCOMPARE(pidOf(u"unsaved"_s), qint64{unsavedPid});
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
