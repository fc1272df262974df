// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ReconnectPolicy.h"

#include <QTest>

using namespace sgn::xmpp;
using namespace std::chrono_literals;

namespace {

constexpr auto latest = [] {
    return 0.999999;
};
constexpr auto earliest = [] {
    return 0.0;
};

} // namespace

class ReconnectPolicyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void waitsGrowToTheCeilingAndStayThere()
    {
        ReconnectPolicy policy({}, latest);
        std::chrono::milliseconds previous = 0ms;
        for (int failure = 0; failure < 1000; ++failure) {
            const auto wait = policy.lost(0ms);
            QVERIFY(wait >= previous);
            QVERIFY(wait >= 1s);
            QVERIFY(wait <= 300s);
            previous = wait;
        }
        QVERIFY(previous > 299s);
        QCOMPARE(policy.failures(), 1000);
    }

    void waitsAreSpreadOverTheWholeRange()
    {
        ReconnectPolicy policy({}, earliest);
        for (int failure = 0; failure < 20; ++failure) {
            QCOMPARE(policy.lost(0ms), 1000ms);
        }
    }

    void aSessionThatStoodStartsAnew()
    {
        ReconnectPolicy policy({}, latest);
        for (int failure = 0; failure < 10; ++failure) {
            (void)policy.lost(0ms);
        }
        policy.online(1000s);
        QVERIFY(policy.lost(1000s + 60s) < 2s);
    }

    void aSessionThatBrokeAtOnceDoesNot()
    {
        // A server that lets everyone in and throws them out again would otherwise be asked once a second for ever.
        ReconnectPolicy policy({}, latest);
        for (int failure = 0; failure < 10; ++failure) {
            policy.online(failure * 1s);
            (void)policy.lost(failure * 1s + 59s);
        }
        QVERIFY(policy.lost(100s) > 200s);
    }

    void aLossIsJudgedByItsOwnSession()
    {
        ReconnectPolicy policy({}, latest);
        policy.online(0s);
        (void)policy.lost(100s);
        (void)policy.lost(1000s);
        QVERIFY2(policy.lost(2000s) > 2s, "failed attempts after a good session must not count as good");
    }

    void resetForgetsAllFailures()
    {
        ReconnectPolicy policy({}, latest);
        for (int failure = 0; failure < 10; ++failure) {
            (void)policy.lost(0ms);
        }
        policy.reset();
        QCOMPARE(policy.failures(), 0);
        QVERIFY(policy.lost(0ms) < 2s);
    }
};

QTEST_GUILESS_MAIN(ReconnectPolicyTest)
#include "tst_reconnect_policy.moc"
