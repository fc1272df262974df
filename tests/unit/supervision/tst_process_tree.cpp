// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/ProcessTree.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::supervision;
using system::ProcStat;

namespace {

using Pids = QList<qint64>;

constexpr pid_t self = 100;

ProcStat process(pid_t pid, pid_t parent, pid_t session, quint64 startTime = 10, char state = 'S')
{
    return {pid, parent, session, startTime, state};
}

Pids pidsOf(const QList<ProcStat> &processes)
{
    Pids pids;
    for (const ProcStat &stat : processes) {
        pids += stat.pid;
    }
    return pids;
}

} // namespace

class TestProcessTree : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsWhatAProcessStarted_data()
    {
        QTest::addColumn<QList<ProcStat>>("all");
        QTest::addColumn<Pids>("started");
        const ProcStat init = process(1, 0, 1);
        const ProcStat watchdog = process(self, 1, self);
        const ProcStat leader = process(200, self, 200);
        const auto row = [&](const char *name, const QList<ProcStat> &others, const Pids &started) {
            QTest::newRow(name) << QList<ProcStat>{init, watchdog, leader} + others << started;
        };
        row("nothing", {}, {});
        row("a child", {process(201, 200, 200)}, {201});
        row("a grandchild", {process(201, 200, 200), process(202, 201, 200)}, {201, 202});
        row("a grandchild with the smaller number", {process(150, 201, 200), process(201, 200, 200)}, {150, 201});
        row("a chain that is listed backwards",
            {process(153, 154, 9), process(154, 155, 9), process(155, 156, 9), process(156, 200, 9)},
            {153, 154, 155, 156});
        row("a child in a session of its own, with a child", {process(201, 200, 201), process(202, 201, 201)},
            {201, 202});
        row("a member of the session that init has adopted", {process(201, 1, 200)}, {201});
        row("the child of such a member", {process(201, 1, 200), process(202, 201, 202)}, {201, 202});
        row("one that left both its session and its parent", {process(201, 1, 201)}, {});
        row("a zombie", {process(201, 200, 200, 10, 'Z')}, {});
        row("the living child of a zombie", {process(201, 200, 201, 10, 'Z'), process(202, 201, 202)}, {202});
        row("a stranger", {process(300, 1, 300), process(301, 300, 300)}, {});
        row("a circle, as numbers are used again while the list is read", {process(201, 202, 9), process(202, 201, 9)},
            {});
        row("its own parent", {process(201, 201, 9)}, {});
    }

    void findsWhatAProcessStarted()
    {
        QFETCH(QList<ProcStat>, all);
        QFETCH(Pids, started);
        QCOMPARE(pidsOf(startedBy(200, all)), started);
    }

    void sparesWhatIsSupervisedItself()
    {
        // A start script that begins two meters, each with a worker.
        const QList<ProcStat> all{process(200, 1, 200),   process(201, 200, 200), process(202, 201, 200),
                                  process(203, 200, 200), process(204, 203, 200), process(205, 203, 205)};
        QCOMPARE(pidsOf(startedBy(200, all, {203})), (Pids{201, 202}));
        const QList<ProcStat> apart{process(200, 1, 200), process(203, 200, 203), process(204, 203, 203)};
        QCOMPARE(pidsOf(startedBy(200, apart, {203})), Pids{});
    }

    void neverTakesAnotherEntrysProcessForLeftBehind()
    {
        // Two names of one program: the process of the one looks like a copy that the other has left behind.
        QCOMPARE(leftoverOf(process(201, self, 201), 200, self, {}, {201}), Leftover::None);
        QCOMPARE(leftoverOf(process(201, 1, 200), 200, self, {}, {201}), Leftover::None);
        QCOMPARE(leftoverOf(process(202, self, 201), 200, self, {}, {201}), Leftover::None); // its worker
        QCOMPARE(leftoverOf(process(203, self, 203), 200, self, {}, {201}), Leftover::Orphan);
        QCOMPARE(leftoverOf(process(203, 1, 200), 200, self, {}, {201}), Leftover::SessionMember);
    }

    void recognisesLeftovers_data()
    {
        QTest::addColumn<ProcStat>("seen");
        QTest::addColumn<pid_t>("endedLeader");
        QTest::addColumn<qint64>("current"); // its start time is 50; 0: none
        QTest::addColumn<Leftover>("leftover");
        const auto row = [](const char *name, const ProcStat &seen, pid_t ended, qint64 current, Leftover leftover) {
            QTest::newRow(name) << seen << ended << current << leftover;
        };
        row("in the ended session", process(201, 1, 200), 200, 0, Leftover::SessionMember);
        row("in the ended session, ours now", process(201, self, 200), 200, 300, Leftover::SessionMember);
        row("in the ended session, a zombie", process(201, 1, 200, 10, 'Z'), 200, 0, Leftover::None);
        row("in another session", process(201, 1, 400), 200, 0, Leftover::None);
        row("session 0 while no leader ended", process(2, 0, 0), 0, 0, Leftover::None);
        row("our child, no process now", process(201, self, 201), 200, 0, Leftover::Orphan);
        row("our child, older than the process now", process(201, self, 201, 49), 0, 300, Leftover::Orphan);
        row("our child, as old as the process now", process(201, self, 201, 50), 0, 300, Leftover::Orphan);
        row("our child, younger: the process now has made it", process(301, self, 301, 51), 0, 300, Leftover::None);
        row("in the session of the process now", process(301, self, 300, 50), 0, 300, Leftover::None);
        row("the process now", process(300, self, 300, 50), 0, 300, Leftover::None);
        row("the process now, its number used again as the session", process(300, self, 200, 50), 200, 300,
            Leftover::None);
        row("a zombie child of ours", process(201, self, 201, 10, 'Z'), 0, 0, Leftover::None);
        row("the child of another program", process(201, 1, 201), 200, 0, Leftover::None);
    }

    void recognisesLeftovers()
    {
        QFETCH(ProcStat, seen);
        QFETCH(pid_t, endedLeader);
        QFETCH(qint64, current);
        QFETCH(Leftover, leftover);
        const auto now = current == 0 ? std::nullopt : std::optional(ProcessIdentity{current, 50});
        QCOMPARE(leftoverOf(seen, endedLeader, self, now), leftover);
    }
};

QTEST_GUILESS_MAIN(TestProcessTree)
#include "tst_process_tree.moc"
