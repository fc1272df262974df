// SPDX-License-Identifier: GPL-3.0-or-later
#include "ScriptTree.h"
#include "supervision/SupervisedProcess.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::supervision;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestSupervisedProcess : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<SupervisedProcess> make(const QString &program, const SupervisionLimits &limits = shortLimits())
    {
        SupervisedProcess::Spec spec;
        spec.name = u"ocr"_s;
        spec.program = program;
        spec.outputFile = m_tree->path(u"logs/ocr.log"_s);
        m_rules.emplace(m_tree->rules());
        return std::make_unique<SupervisedProcess>(spec, *m_rules, limits, m_clock);
    }

    SystemClock m_clock;
    std::optional<ScriptTree> m_tree;
    std::optional<ProgramRules> m_rules;

private Q_SLOTS:
    void init() { m_tree.emplace(); }
    void cleanup() { m_tree.reset(); }

    void startsAndIsProved()
    {
        const auto process = make(m_tree->add(u"SmartMeter/ocr"_s));
        QSignalSpy changed(process.get(), &SupervisedProcess::changed);
        process->start();
        QVERIFY(process->isAlive());
        QCOMPARE(process->state(), ProcessState::Starting);
        QCOMPARE(system::readUser(static_cast<pid_t>(process->identity()->pid)), std::optional(ScriptTree::owner()));
        process->prove();
        QCOMPARE(process->state(), ProcessState::Running);
        QCOMPARE(changed.size(), 2);
        process->prove();
        QCOMPARE(changed.size(), 2);
    }

    void recordsAnUnwantedEnd_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("signal");
        QTest::newRow("exit code") << QByteArray("echo last lines; exit 3") << 3 << 0;
        QTest::newRow("success, which is unwanted too") << QByteArray("echo last lines") << 0 << 0;
        QTest::newRow("signal") << QByteArray("echo last lines; kill -9 $$") << 0 << 9;
    }

    void recordsAnUnwantedEnd()
    {
        QFETCH(QByteArray, script);
        QFETCH(int, code);
        QFETCH(int, signal);
        const auto process = make(m_tree->add(u"SmartMeter/ocr"_s, script));
        QSignalSpy ended(process.get(), &SupervisedProcess::ended);
        process->start();
        process->prove();
        QTRY_VERIFY_WITH_TIMEOUT(process->restarts().total(m_clock.monotonic()) >= 2, patience);
        QVERIFY(ended.size() >= 2);
        QVERIFY(process->lastExit().has_value());
        QCOMPARE(process->lastExit()->code, signal == 0 ? std::optional(code) : std::nullopt);
        QCOMPARE(process->lastExit()->signal, signal == 0 ? std::nullopt : std::optional(signal));
        QCOMPARE(process->lastExit()->lastLines, QStringList{u"last lines"_s});
    }

    void namesAProgramThatLeavesTheForeground()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s, "sleep 60 &");
        const auto process = make(program);
        process->start();
        QVERIFY(process->startProblem().isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(process->startProblem().contains(u"has to stay in the foreground"_s), patience);
        QVERIFY(!process->cannotStart()); // the crash loop decides that
        m_tree->add(u"SmartMeter/ocr"_s);
        QTRY_VERIFY_WITH_TIMEOUT(process->isAlive() && process->restarts().total(m_clock.monotonic()) >= 1 &&
                                     system::readArguments(static_cast<pid_t>(process->identity()->pid))
                                         .contains(QFile::encodeName(program)),
                                 patience);
        process->prove();
        QVERIFY(process->startProblem().isEmpty());
    }

    void recordsNoWantedEnd()
    {
        const auto process = make(m_tree->add(u"SmartMeter/ocr"_s));
        QSignalSpy ended(process.get(), &SupervisedProcess::ended);
        process->start();
        const auto first = process->identity();
        process->restart();
        QTRY_VERIFY_WITH_TIMEOUT(process->isAlive() && process->identity() != first, patience);
        process->hold();
        QCOMPARE(process->state(), ProcessState::Held);
        QTRY_VERIFY_WITH_TIMEOUT(!process->isAlive(), patience);
        QCOMPARE(ended.size(), 2);
        QVERIFY(!process->lastExit());
        QCOMPARE(process->restarts().total(m_clock.monotonic()), 0);
        process->start();
        QTRY_VERIFY_WITH_TIMEOUT(process->isAlive(), patience);
    }

    void killsWhatDoesNotEnd()
    {
        SupervisionLimits limits = shortLimits();
        limits.startTimeout = 50ms;
        limits.stopGrace = 50ms;
        const auto process = make(m_tree->add(u"SmartMeter/ocr"_s, "trap '' TERM\nwhile :; do sleep 1; done"), limits);
        QList<ProcessState> states;
        connect(process.get(), &SupervisedProcess::changed, this, [&] { states += process->state(); });
        process->start();
        QTRY_VERIFY_WITH_TIMEOUT(process->lastExit().has_value(), patience);
        QCOMPARE(process->lastExit()->signal, std::optional(SIGKILL));
        QVERIFY(states.contains(ProcessState::Hung));
    }

    void logsAFailedStartOnce()
    {
        static int warnings;
        warnings = 0;
        const auto before = qInstallMessageHandler([](QtMsgType type, const QMessageLogContext &, const QString &text) {
            warnings += type == QtWarningMsg && text.contains(u"cannot be started"_s) ? 1 : 0;
        });
        const auto process = make(m_tree->path(u"SmartMeter/ocr"_s));
        QSignalSpy failed(process.get(), &SupervisedProcess::startFailed);
        process->start();
        const bool retried = QTest::qWaitFor([&] { return failed.size() >= 3; }, patience);
        qInstallMessageHandler(before);
        QVERIFY(retried);
        QCOMPARE(warnings, 1);
        QCOMPARE(process->state(), ProcessState::Dead);
        QVERIFY(process->startProblem().contains(u"cannot find"_s));
        m_tree->add(u"SmartMeter/ocr"_s);
        QTRY_VERIFY_WITH_TIMEOUT(process->isAlive(), patience);
        QVERIFY(process->startProblem().isEmpty());
    }

    // The release that comes back isn't blamed for what kept the failed one from starting.
    void forgetsWhyTheReplacedProgramDidNotStart()
    {
        const QString program = m_tree->path(u"SmartMeter/ocr"_s);
        const auto process = make(program);
        QSignalSpy failed(process.get(), &SupervisedProcess::startFailed);
        process->start();
        QTRY_VERIFY_WITH_TIMEOUT(failed.size() >= 2, patience);
        QVERIFY(!process->startProblem().isEmpty());
        process->hold();
        QVERIFY(process->startProblem().isEmpty());
        QCOMPARE(process->state(), ProcessState::Held);
        m_tree->add(u"SmartMeter/ocr"_s);
        process->start(); // at once, or when the pause since the last try is over
        QTRY_VERIFY_WITH_TIMEOUT(process->isAlive(), patience);
        QVERIFY(process->startProblem().isEmpty());
    }

    void checksTheProgramBeforeEveryStart()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const auto process = make(program);
        process->start();
        QVERIFY(process->isAlive());
        ::chmod(QFile::encodeName(program).constData(), 0757);
        process->restart();
        QTRY_VERIFY_WITH_TIMEOUT(process->startProblem().contains(u"can be changed by every user"_s), patience);
        QVERIFY(!process->isAlive());
    }

    void reportsAnInterpreterThatIsMissing()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        QFile script(program);
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/no/such/interpreter\n");
        script.close();
        const auto process = make(program);
        process->start();
        QVERIFY(!process->isAlive());
        QVERIFY2(process->startProblem().contains(u"cannot execute it"_s), qPrintable(process->startProblem()));
    }

    void adoptsAProcessAndSeesItEnd()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const auto process = make(program);
        const pid_t pid = m_tree->startElsewhere(program);
        process->adopt(*system::ProcessHandle::open(pid, system::ProcessHandle::Kind::Other),
                       *m_tree->rules().check(program));
        QCOMPARE(process->identity()->pid, qint64{pid});
        process->prove();
        QCOMPARE(process->state(), ProcessState::Running);
        m_tree->end(pid);
        QTRY_VERIFY_WITH_TIMEOUT(process->isAlive() && process->identity()->pid != pid, patience);
        // Only the parent of a process gets its status.
        QVERIFY(!process->lastExit()->code && !process->lastExit()->signal);
    }

    void holdsAnAdoptedProcess()
    {
        const QString program = m_tree->add(u"SmartMeter/ocr"_s);
        const auto process = make(program);
        process->hold();
        const pid_t pid = m_tree->startElsewhere(program);
        process->adopt(*system::ProcessHandle::open(pid, system::ProcessHandle::Kind::Other),
                       *m_tree->rules().check(program));
        QCOMPARE(process->state(), ProcessState::Held);
        QTRY_VERIFY_WITH_TIMEOUT(!process->isAlive(), patience);
        QVERIFY(!process->lastExit());
    }

    void endsWhatAProcessLeavesBehind()
    {
        const auto process = make(m_tree->add(u"SmartMeter/ocr"_s, "sleep 1000 & echo $!\nwhile :; do sleep 1; done"));
        process->start();
        const QString log = m_tree->path(u"logs/ocr.log"_s);
        const auto child = [&log] {
            QFile file(log);
            return file.open(QIODevice::ReadOnly) ? file.readLine().trimmed().toInt() : 0;
        };
        QTRY_VERIFY_WITH_TIMEOUT(child() > 0, patience);
        const pid_t left = child();
        QVERIFY(system::readProcStat(left).has_value());
        process->hold();
        QTRY_VERIFY_WITH_TIMEOUT(!process->isAlive(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!system::readProcStat(left) || system::readProcStat(left)->state == 'Z', patience);
    }
};

QTEST_GUILESS_MAIN(TestSupervisedProcess)
#include "tst_supervised_process.moc"
