// SPDX-License-Identifier: GPL-3.0-or-later
#include "DemoFleet.h"
#include "support/ClusterServers.h"
#include "support/EjabberdServer.h"

#include <csignal>
#include <QRegularExpression>
#include <QTest>

using namespace sgn::test;
using namespace Qt::StringLiterals;

#define SGN_IN_THE_END(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 120'000)

// `sgn demo --cluster`: a node is killed as the demo proposes it, and started again.
class DemoClusterTest : public QObject
{
    Q_OBJECT

    static constexpr int simulated = 20;
    static constexpr int devices = simulated + 1;

    DemoFleet m_fleet;

    // The number behind the last place where the demo has printed this.
    qint64 last(const QString &pattern)
    {
        qint64 number = -1;
        const QString printed = QString::fromUtf8(m_fleet.printedByNow());
        for (auto it = QRegularExpression(pattern).globalMatch(printed); it.hasNext();) {
            number = it.next().captured(1).toLongLong();
        }
        return number;
    }
    // As the newest line about the nodes shows it; -1 while the node doesn't run.
    qint64 connectionsOf(const QString &node)
    {
        const QString printed = QString::fromUtf8(m_fleet.printedByNow());
        const qsizetype at = printed.lastIndexOf(u"  nodes  "_s);
        const QRegularExpression count(node + u": (\\d+) connections"_s);
        const auto match = count.match(printed.sliced(std::max<qsizetype>(at, 0)));
        return match.hasMatch() ? match.captured(1).toLongLong() : -1;
    }

private Q_SLOTS:
    void devicesMoveToTheOtherNode()
    {
        if (EjabberdServer::version().isEmpty() || PostgresServer::programs().isEmpty()) {
            QSKIP("ejabberd or PostgreSQL isn't installed");
        }
        const QString problem = m_fleet.start(1, {u"--cluster"_s, u"--simulated"_s, QString::number(simulated)});
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        SGN_IN_THE_END(connectionsOf(u"one"_s) > 0 && connectionsOf(u"two"_s) > 0 &&
                       connectionsOf(u"one"_s) + connectionsOf(u"two"_s) >= devices);
        const qint64 first = last(u"kill -9 (\\d+)"_s);
        const qint64 cluster = last(u"kill -USR1 (\\d+)"_s);
        QVERIFY(first > 0 && cluster > 0);

        ::kill(static_cast<pid_t>(first), SIGKILL);
        SGN_IN_THE_END(connectionsOf(u"one"_s) < 0 && connectionsOf(u"two"_s) >= devices);
        // The real one, and its results, go through the forwarder.
        SGN_IN_THE_END(!m_fleet.device(u"altimeter_0001"_s).isEmpty());

        ::kill(static_cast<pid_t>(cluster), SIGUSR1);
        SGN_IN_THE_END(connectionsOf(u"one"_s) >= 0);
        QVERIFY(m_fleet.stop());
        QVERIFY(m_fleet.pids({}).isEmpty());
    }
};

QTEST_GUILESS_MAIN(DemoClusterTest)
#include "tst_demo_cluster.moc"
