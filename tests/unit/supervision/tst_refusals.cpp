// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Refusals.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::supervision;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const Refusal ocr{u"ocr"_s, u"process 7 (ocr.py)"_s, u"there is no process 3"_s, true};
const Refusal stranger{u"dlms"_s, u"a process of user number 65534"_s, u"it was sent by another user"_s, false};

} // namespace

class TestRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isNoProblemAtFirst()
    {
        Refusals refusals;
        QVERIFY(!refusals.add(ocr, 10s));
        QVERIFY(refusals.problem(10s).isEmpty());
        QVERIFY(!refusals.add(ocr, 10s + Refusals::patience - 1ms));
        QVERIFY(refusals.problem(12s).isEmpty());
        QVERIFY(refusals.add(ocr, 10s + Refusals::patience));
        QVERIFY(!refusals.add(ocr, 30s)); // the same sentence still
    }

    void namesTheSender_data()
    {
        QTest::addColumn<Refusal>("refusal");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("a process of the owner's")
            << ocr << u"the heartbeats of \"ocr\" (process 7 (ocr.py)) are refused: there is no process 3"_s;
        QTest::newRow("one that has closed its socket") << Refusal{u"ocr"_s, {}, u"it is too old"_s, false}
                                                        << u"the heartbeats of \"ocr\" are refused: it is too old"_s;
        QTest::newRow("no name") << Refusal{{}, u"process 7 (ocr.py)"_s, u"not valid JSON"_s, true}
                                 << u"what process 7 (ocr.py) sends as heartbeats can't be read: not valid JSON"_s;
        QTest::newRow("nothing is known of it")
            << Refusal{{}, {}, u"not valid JSON"_s, false}
            << u"what a local program sends as heartbeats can't be read: not valid JSON"_s;
    }

    void namesTheSender()
    {
        QFETCH(const Refusal, refusal);
        Refusals refusals;
        (void)refusals.add(refusal, 0s);
        QVERIFY(refusals.add(refusal, Refusals::patience));
        QTEST(refusals.problem(Refusals::patience), "sentence");
    }

    void forgetsWhatCountsNow()
    {
        Refusals refusals;
        (void)refusals.add(ocr, 0s);
        (void)refusals.add(ocr, 5s);
        QVERIFY(!refusals.accepted(u"dlms"_s, 6s));
        QVERIFY(refusals.accepted(u"ocr"_s, 6s));
        QVERIFY(refusals.problem(6s).isEmpty());
        QVERIFY(!refusals.accepted(u"ocr"_s, 7s));
    }

    void forgetsWhatHasStopped()
    {
        Refusals refusals;
        (void)refusals.add(ocr, 0s);
        (void)refusals.add(ocr, 5s);
        QVERIFY(!refusals.problem(5s + Refusals::memory).isEmpty());
        QVERIFY(refusals.problem(5s + Refusals::memory + 1ms).isEmpty());
        QVERIFY(!refusals.add(ocr, 6s + Refusals::memory)); // anew, so it has to come again
        QVERIFY(refusals.problem(6s + Refusals::memory).isEmpty());
    }

    void theOwnersProgramsComeFirst()
    {
        Refusals refusals;
        (void)refusals.add(stranger, 0s);
        QVERIFY(refusals.add(stranger, 3s));
        QVERIFY(refusals.problem(3s).contains(u"dlms"_s));
        (void)refusals.add(ocr, 4s);
        QVERIFY(refusals.add(ocr, 7s));
        QVERIFY(refusals.problem(7s).contains(u"ocr"_s));
        QVERIFY(!refusals.add(stranger, 8s)); // the panel needn't follow
    }

    void aFloodOfNamesDisplacesNothing()
    {
        Refusals refusals;
        (void)refusals.add(stranger, 0s);
        (void)refusals.add(stranger, 3s);
        (void)refusals.add(ocr, 3s);
        int sentences = 0;
        for (int i = 0; i < 1000; ++i) {
            const MonotonicTime now = 4s + 10ms * i;
            sentences += refusals.add({u"x%1"_s.arg(i % 100), {}, u"why %1"_s.arg(i), false}, now) ? 1 : 0;
        }
        QCOMPARE(sentences, 0);
        QVERIFY(refusals.problem(14s).contains(u"dlms"_s));
        QVERIFY(refusals.add(ocr, 15s));
        QVERIFY(refusals.problem(15s).contains(u"ocr"_s));
    }

    void theOwnersFindRoomAmongStrangers()
    {
        Refusals refusals;
        for (std::size_t i = 0; i < Refusals::maxSenders; ++i) {
            (void)refusals.add({u"x%1"_s.arg(i), {}, u"why"_s, false}, 0s);
        }
        (void)refusals.add(ocr, 1s);
        QVERIFY(refusals.add(ocr, 4s));
        QVERIFY(refusals.problem(4s).contains(u"ocr"_s));
    }

    void aNewCauseIsReportedOnceAMinute()
    {
        Refusals refusals;
        Refusal other = ocr;
        (void)refusals.add(ocr, 0s);
        (void)refusals.add(ocr, 3s);
        other.why = u"its program is gone"_s;
        QVERIFY(!refusals.add(other, 4s));
        QVERIFY(refusals.add(other, 3s + Refusals::sentencePause));
        QVERIFY(refusals.problem(70s).endsWith(other.why));
    }
};

QTEST_GUILESS_MAIN(TestRefusals)
#include "tst_refusals.moc"
