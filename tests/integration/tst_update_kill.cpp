// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/UpdateSweep.h"

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// A fault at every call of an update that concerns the file system: the meter has one whole release at that very
// moment, and after the next start there is one result, which states what is installed, and nothing is left lying
// about.
class TestUpdateKill : public QObject
{
    Q_OBJECT

private:
    // In memory where there is such a place: what is durable is tst_update_powercut's question.
    QTemporaryDir m_folder{QFileInfo(u"/dev/shm"_s).isWritable() ? u"/dev/shm/sgn-XXXXXX"_s : QString()};

private Q_SLOTS:
    void initTestCase()
    {
        const auto probe = runWithFault({u"/bin/true"_s}, m_folder.path(), {}, m_folder.filePath(u"output"_s), 10s);
        if (!probe.exitedWell()) {
            QSKIP(qPrintable(u"needs seccomp's user notification: "_s + probe.reason));
        }
    }

    void faultAtEveryCall_data()
    {
        using Calls = CallFault::Calls;
        using Kind = CallFault::Kind;
        using Way = SweptUpdate::Way;
        QTest::addColumn<CallFault>("fault");
        QTest::addColumn<int>("sample");
        QTest::addColumn<Way>("way");
        const auto row = [](const char *name, const CallFault &fault, int sample, Way way = Way::Whole) {
            QTest::newRow(name) << fault << sample << way;
        };
        row("kill -9", {Kind::Kill, Calls::Changing}, 1000);
        row("no space once", {Kind::Error, Calls::Growing, 0, ENOSPC}, 30);
        row("no space from then on", {Kind::Error, Calls::Growing, 0, ENOSPC, true}, 30);
        row("I/O error once", {Kind::Error, Calls::All, 0, EIO}, 60);
        row("I/O errors from then on", {Kind::Error, Calls::All, 0, EIO, true}, 30);
        row("read-only from then on", {Kind::Error, Calls::Changing, 0, EROFS, true}, 30);
        row("kill -9, file by file", {Kind::Kill, Calls::Changing}, 100, Way::Staged);
        row("no space once, file by file", {Kind::Error, Calls::Growing, 0, ENOSPC}, 30, Way::Staged);
        row("I/O error once, file by file", {Kind::Error, Calls::All, 0, EIO}, 60, Way::Staged);
        row("kill -9, patched", {Kind::Kill, Calls::Changing}, 100, Way::Patched);
        row("no space once, patched", {Kind::Error, Calls::Growing, 0, ENOSPC}, 30, Way::Patched);
        row("I/O error once, patched", {Kind::Error, Calls::All, 0, EIO}, 60, Way::Patched);
    }

    void faultAtEveryCall()
    {
        QFETCH(const CallFault, fault);
        QFETCH(const int, sample);
        QFETCH(const SweptUpdate::Way, way);
        for (const int version : {2, -2}) {
            SweptUpdate update(m_folder.path(), m_folder.filePath(u"root"_s), version, way);
            QVERIFY(update.serve());
            SweepFigures figures;
            figures.name = u"%1, %2"_s.arg(QString::fromLatin1(QTest::currentDataTag()),
                                           version > 0 ? u"a good release"_s : u"a release that doesn't run"_s);
            QVERIFY(update.layOut());
            update.forgetPanel();
            CallFault none = fault;
            none.kind = CallFault::Kind::None;
            const auto whole = update.run(none);
            QVERIFY2(whole.exitedWell(), qPrintable(u"%1 %2"_s.arg(static_cast<int>(whole.end)).arg(whole.exitCode)));
            figures.calls = static_cast<int>(whole.calls.size());
            for (const int point : pointsOf(figures.calls, sample)) {
                QVERIFY(update.layOut());
                update.forgetPanel();
                CallFault here = fault;
                here.at = point;
                const auto run = update.run(here);
                if (!run.isStruck) {
                    continue;
                }
                ++figures.points;
                const QString where = u"%1, at %2 %3"_s.arg(figures.name).arg(point).arg(run.calls.value(point - 1));
                if (update.isTorn()) {
                    figures.bad += where + u": torn at that moment"_s;
                }
                update.judge(where, update.run({}), fault, figures);
            }
            figures.print();
            QVERIFY(figures.isClean());
        }
    }
};

QTEST_GUILESS_MAIN(TestUpdateKill)
#include "tst_update_kill.moc"
