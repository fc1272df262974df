// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ResendPolicy.h"
#include "core/VersionInquiry.h"

#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(sgn::core::ResendSituation)
Q_DECLARE_METATYPE(sgn::core::ResendStep)

class ResendPolicyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decides_data();
    void decides();
    void isPatientLongerEachTime();
    void knowsHowLongNothingHappens();
    void anInquiryIsOverdueOnce();
    void isDueWhenItIsTime_data();
    void isDueWhenItIsTime();
};

void ResendPolicyTest::decides_data()
{
    using S = TargetState;
    QTest::addColumn<ResendSituation>("situation");
    QTest::addColumn<ResendStep>("step");
    const auto row = [](const char *name, const ResendSituation &situation, ResendStep step) {
        QTest::newRow(name) << situation << step;
    };
    const auto make = [](S state, int attempts, bool online, bool modern, bool cameBack,
                         std::chrono::milliseconds quiet, std::chrono::milliseconds over = -1ms) {
        ResendSituation s;
        s.state = state;
        s.attempts = attempts;
        s.deviceOnline = online;
        s.answersRepeats = modern;
        s.cameBack = cameBack;
        s.quietFor = quiet;
        s.overFor = over;
        return s;
    };
    row("new: at once", make(S::Queued, 0, false, false, false, 0ms), ResendStep::Send);
    row("not taken: a moment later", make(S::Queued, 1, false, false, false, 1s), ResendStep::Wait);
    row("not taken: again", make(S::Queued, 1, false, false, false, 5s), ResendStep::Send);
    row("not taken, link is back: at once", make(S::Queued, 1, false, false, true, 0ms), ResendStep::Send);
    ResendSituation onTheWay = make(S::Queued, 1, true, true, false, 1h);
    onTheWay.isOnTheWay = true;
    row("on the way: wait for the server", onTheWay, ResendStep::Wait);
    row("offline: the server keeps it", make(S::Sent, 1, false, true, false, 24h), ResendStep::Wait);
    row("came back: time to answer first", make(S::Delivered, 1, true, true, true, 9s), ResendStep::Wait);
    row("came back and silent: again", make(S::Delivered, 1, true, true, true, 10s), ResendStep::Send);
    row("online: patience", make(S::Delivered, 1, true, true, false, 59s), ResendStep::Wait);
    row("online and silent: again", make(S::Delivered, 1, true, true, false, 60s), ResendStep::Send);
    row("stopped in the middle: again", make(S::Running, 1, true, true, false, 60s), ResendStep::Send);
    row("old device: never twice", make(S::Delivered, 1, true, false, true, 24h), ResendStep::Wait);
    row("over, never sent", make(S::Queued, 0, false, true, false, 0ms, 0ms), ResendStep::Expire);
    row("over: the answer may be late", make(S::Sent, 1, false, true, false, 1h, 60s), ResendStep::Wait);
    row("over, not sent again", make(S::Delivered, 1, true, true, true, 1h, 60s), ResendStep::Wait);
    row("over, and the grace too", make(S::Delivered, 1, true, true, false, 1h, 120s), ResendStep::Expire);
    row("over, but it works on it", make(S::Running, 1, true, true, false, 60s, 1h), ResendStep::Wait);
    row("over, and it stopped working", make(S::Running, 1, true, true, false, 600s, 1h), ResendStep::Expire);
    row("done", make(S::Done, 1, true, true, true, 1h, 1h), ResendStep::Wait);
    row("expired", make(S::Expired, 1, true, true, true, 1h, 1h), ResendStep::Wait);
}

void ResendPolicyTest::decides()
{
    QFETCH(const ResendSituation, situation);
    QFETCH(const ResendStep, step);
    QVERIFY(nextStep(situation) == step);
}

void ResendPolicyTest::isPatientLongerEachTime()
{
    ResendSituation situation;
    situation.state = TargetState::Delivered;
    situation.deviceOnline = true;
    situation.answersRepeats = true;
    std::chrono::milliseconds before{0};
    for (int attempts = 1; attempts < 100; ++attempts) {
        situation.attempts = attempts;
        std::chrono::milliseconds wait{0};
        for (situation.quietFor = 0ms; nextStep(situation) == ResendStep::Wait; situation.quietFor += 1s) {
            wait = situation.quietFor;
        }
        QVERIFY(wait >= before);
        QVERIFY(wait <= ResendTimes{}.ceiling);
        before = wait;
    }
}

// The two waits and nextStep() never disagree.
void ResendPolicyTest::knowsHowLongNothingHappens()
{
    const auto check = [](ResendSituation s) {
        if (s.overFor < 0ms) {
            const auto wait = waitBeforeSending(s);
            for (const auto more : {0ms, 1ms, 4999ms, 60'000ms, 900'000ms}) {
                ResendSituation later = s;
                later.quietFor += more;
                QCOMPARE(nextStep(later) == ResendStep::Send, wait && more >= *wait);
            }
        } else {
            const auto wait = waitBeforeExpiring(s);
            for (const auto more : {0ms, 1ms, 119'999ms, 600'000ms}) {
                ResendSituation later = s;
                later.quietFor += more;
                later.overFor += more;
                QCOMPARE(nextStep(later) == ResendStep::Expire, !s.isOnTheWay && !isFinal(s.state) && more >= wait);
            }
        }
    };
    for (const TargetState state : {TargetState::Queued, TargetState::Sent, TargetState::Delivered,
                                    TargetState::Running, TargetState::Done, TargetState::Expired}) {
        for (unsigned bits = 0; bits < 64; ++bits) {
            for (const auto quiet : {0ms, 3'000ms, 70'000ms}) {
                ResendSituation s;
                s.state = state;
                s.attempts = bits & 1 ? 2 : 0;
                s.isOnTheWay = bits & 2;
                s.deviceOnline = bits & 4;
                s.answersRepeats = bits & 8;
                s.cameBack = bits & 16;
                s.quietFor = quiet;
                s.overFor = bits & 32 ? 50'000ms : -1ms;
                check(s);
                if (QTest::currentTestFailed()) {
                    return;
                }
            }
        }
    }
}

void ResendPolicyTest::anInquiryIsOverdueOnce()
{
    VersionInquiry inquiry({});
    inquiry.asked(u"a"_s, 0s);
    inquiry.asked(u"b"_s, 0s);
    // Asking again gives it no more time.
    inquiry.asked(u"a"_s, 29s);
    inquiry.answered(u"b"_s);
    QCOMPARE(inquiry.takeOverdue(29s), QStringList());
    QCOMPARE(inquiry.takeOverdue(30s), QStringList{u"a"_s});
    QCOMPARE(inquiry.takeOverdue(31s), QStringList());
    inquiry.asked(u"a"_s, 40s);
    inquiry.forget(u"a"_s);
    QCOMPARE(inquiry.takeOverdue(1h), QStringList());
}

void ResendPolicyTest::isDueWhenItIsTime_data()
{
    QTest::addColumn<bool>("isModern");
    QTest::addColumn<bool>("notAnswering");
    QTest::addColumn<int>("afterS");
    QTest::addColumn<bool>("isDue");
    QTest::newRow("modern reports by itself") << true << false << 3599 << false;
    QTest::newRow("modern, an hour later") << true << false << 3600 << true;
    QTest::newRow("old has to be asked") << false << false << 300 << true;
    QTest::newRow("old, too early") << false << false << 299 << false;
    QTest::newRow("silent is asked more often") << true << true << 120 << true;
}

void ResendPolicyTest::isDueWhenItIsTime()
{
    QFETCH(const bool, isModern);
    QFETCH(const bool, notAnswering);
    QFETCH(const int, afterS);
    QFETCH(const bool, isDue);
    VersionInquiry inquiry({});
    QVERIFY(inquiry.isDue(u"a"_s, isModern, notAnswering, 0s));
    inquiry.asked(u"a"_s, 0s);
    QVERIFY(!inquiry.isDue(u"a"_s, isModern, notAnswering, 24h));
    inquiry.answered(u"a"_s);
    QCOMPARE(inquiry.isDue(u"a"_s, isModern, notAnswering, std::chrono::seconds(afterS)), isDue);
}

QTEST_GUILESS_MAIN(ResendPolicyTest)
#include "tst_resend_policy.moc"
