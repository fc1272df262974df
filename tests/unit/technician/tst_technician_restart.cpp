// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/Restart.h"

#include <QtTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::technician;

namespace {

ProcessReport process(const QString &name, ProcessState state, std::optional<qint64> pid, bool isHopeless = false)
{
    ProcessReport report;
    report.name = name;
    report.state = state;
    report.pid = pid;
    report.isHopeless = isHopeless;
    return report;
}

} // namespace

class TestTechnicianRestart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsAProcess_data()
    {
        QTest::addColumn<std::optional<qint64>>("pid");
        QTest::addColumn<ProcessState>("state");
        QTest::addColumn<bool>("isHopeless");
        QTest::addColumn<RestartStep>("step");
        const std::optional<qint64> none;
        const std::optional<qint64> old(10);
        const std::optional<qint64> next(11);
        QTest::newRow("the old one, still running") << old << ProcessState::Running << false << RestartStep::Waiting;
        QTest::newRow("being ended") << old << ProcessState::Starting << false << RestartStep::Waiting;
        QTest::newRow("ended") << none << ProcessState::Starting << false << RestartStep::Waiting;
        QTest::newRow("started, no heartbeat") << next << ProcessState::Starting << false << RestartStep::Waiting;
        QTest::newRow("runs") << next << ProcessState::Running << false << RestartStep::Running;
        QTest::newRow("can't be started") << none << ProcessState::Backoff << true << RestartStep::Failed;
        QTest::newRow("ended at once, is tried again")
            << none << ProcessState::Backoff << false << RestartStep::Waiting;
        QTest::newRow("sends what is no heartbeat") << next << ProcessState::Starting << true << RestartStep::Waiting;
    }

    void followsAProcess()
    {
        QFETCH(std::optional<qint64>, pid);
        QFETCH(ProcessState, state);
        QFETCH(bool, isHopeless);
        QTEST(stepOf(process(u"ocr"_s, ProcessState::Running, 10), process(u"ocr"_s, state, pid, isHopeless)), "step");
    }

    void aProcessThatIsGoneFails()
    {
        QCOMPARE(stepOf(process(u"ocr"_s, ProcessState::Running, 10), std::nullopt), RestartStep::Failed);
    }

    void aDeadProcessHasNoOldPid()
    {
        QCOMPARE(stepOf(process(u"ocr"_s, ProcessState::CrashLoop, std::nullopt),
                        process(u"ocr"_s, ProcessState::Running, 11)),
                 RestartStep::Running);
    }

    void findsNames_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("found");
        QTest::newRow("one") << u"ocr"_s << QStringList{u"ocr"_s};
        QTest::newRow("all") << QString() << QStringList{u"ocr"_s, u"dlms"_s};
        QTest::newRow("the agent") << u"agent"_s << QStringList{u"agent"_s};
        QTest::newRow("unknown") << u"ocr.py"_s << QStringList();
        QTest::newRow("hostile") << u"ocr\033[2J"_s << QStringList();
    }

    void findsNames()
    {
        QFETCH(QString, name);
        const auto names = namesToRestart(
            name, {process(u"ocr"_s, ProcessState::Running, 1), process(u"dlms"_s, ProcessState::Dead, std::nullopt)});
        QTEST(names.value_or(QStringList()), "found");
        if (!names) {
            QVERIFY2(names.error().message.contains(u"ocr, dlms, agent"_s), qPrintable(names.error().message));
        }
    }

    void withoutProcessesThereIsNothingToRestart()
    {
        QVERIFY(!namesToRestart({}, {}));
        QVERIFY(namesToRestart(u"agent"_s, {}).has_value());
    }
};

QTEST_GUILESS_MAIN(TestTechnicianRestart)
#include "tst_technician_restart.moc"
