// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/KeepAlivePolicy.h"

#include <QList>
#include <QTest>

using namespace sgn;
using namespace sgn::xmpp;
using namespace std::chrono_literals;

class KeepAlivePolicyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsWhatTheNetworkBears_data()
    {
        QTest::addColumn<QList<int>>("lasted"); // seconds of one connection after the other
        QTest::addColumn<int>("idle");

        constexpr int day = 24 * 3600;
        QTest::newRow("at first") << QList<int>{} << 240;
        QTest::newRow("lost before it was probed") << QList{5, 239} << 240;
        QTest::newRow("lost although it was probed") << QList{240} << 120;
        QTest::newRow("twice") << QList{300, 300} << 60;
        QTest::newRow("never shorter than that") << QList{300, 300, 300, 300} << 60;
        QTest::newRow("judged by the time in use") << QList{300, 119} << 120;
        QTest::newRow("longer after a steady day") << QList{300, 300, day} << 120;
        QTest::newRow("and longer") << QList{300, 300, day, day} << 240;
        QTest::newRow("never longer than that") << QList{day, day} << 240;
        QTest::newRow("just no day") << QList{300, day - 1} << 60;
    }

    void followsWhatTheNetworkBears()
    {
        QFETCH(const QList<int>, lasted);
        KeepAlivePolicy policy({});
        MonotonicTime now = 1h;
        for (const int seconds : lasted) {
            policy.online(now);
            now += std::chrono::seconds(seconds);
            policy.lost(now);
            now += 1min;
        }
        QTEST(static_cast<int>(policy.idle().count()), "idle");
    }

    void anAttemptThatFailsIsNoConnection()
    {
        KeepAlivePolicy policy({});
        policy.online(0s);
        policy.lost(10s);
        policy.lost(1h);
        policy.lost(50h);
        QCOMPARE(policy.idle(), 240s);
    }
};

QTEST_GUILESS_MAIN(KeepAlivePolicyTest)
#include "tst_keep_alive_policy.moc"
