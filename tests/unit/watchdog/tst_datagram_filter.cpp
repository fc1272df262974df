// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/DatagramFilter.h"

#include <QtTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::watchdog;
using namespace std::chrono_literals;
using Verdict = DatagramFilter::Verdict;

namespace {

constexpr MonotonicTime start = 1h;
constexpr quint16 meter = 40000;
constexpr quint16 attacker = 50000;

Heartbeat heartbeatOf(const QString &name)
{
    return {name, 444, u"/a/"_s + name, 1};
}

} // namespace

class TestDatagramSieve : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsAgainWhatWasAccepted()
    {
        DatagramFilter sieve;
        QCOMPARE(sieve.judge("ocr", meter, start), Verdict::New);
        sieve.accepted("ocr", heartbeatOf(u"ocr"_s), meter, start);
        QCOMPARE(sieve.judge("ocr", meter, start + 20s), Verdict::Known);
        QCOMPARE(sieve.heartbeatOf("ocr"), heartbeatOf(u"ocr"_s));
        QCOMPARE(sieve.judge("ocr ", meter, start + 20s), Verdict::New);
        sieve.refused("ocr", meter);
        QCOMPARE(sieve.judge("ocr", meter, start + 40s), Verdict::New);
    }

    void aFloodOfOneSenderLeavesRoomForOthers()
    {
        DatagramFilter sieve;
        for (int i = 0; i < 100'000; ++i) {
            const Verdict verdict = sieve.judge(QByteArray::number(i), attacker, start);
            QCOMPARE(verdict, i < DatagramFilter::perSenderAndSecond ? Verdict::New : Verdict::TooMany);
        }
        QCOMPARE(sieve.judge("new", meter, start), Verdict::New);
        QCOMPARE(sieve.judge("0", attacker, start + 1s), Verdict::New);
    }

    void aFloodOfManySendersIsBoundedAndHidesNoKnownOne()
    {
        DatagramFilter sieve;
        sieve.accepted("ocr", heartbeatOf(u"ocr"_s), meter, start - 1min);
        int admitted = 0;
        for (int i = 0; i < 50'000; ++i) {
            admitted += sieve.judge(QByteArray::number(i), static_cast<quint16>(i), start) == Verdict::New ? 1 : 0;
        }
        QCOMPARE(admitted, DatagramFilter::perSecond);
        QCOMPARE(sieve.judge("ocr", meter, start), Verdict::Known);
    }

    void repeatsAreTakenTenTimesASecond()
    {
        DatagramFilter sieve;
        sieve.accepted("ocr", heartbeatOf(u"ocr"_s), meter, start);
        int taken = 0;
        for (int ms = 0; ms < 1000; ++ms) {
            const MonotonicTime now = start + MonotonicTime(ms);
            if (sieve.judge("ocr", meter, now) == Verdict::Known) {
                sieve.accepted("ocr", heartbeatOf(u"ocr"_s), meter, now);
                ++taken;
            }
        }
        QCOMPARE(taken, 9);
    }

    void copiesThatAreRefusedHideNoTrueOne()
    {
        // Any user can send the same bytes; that they come from elsewhere is only found out afterwards.
        DatagramFilter sieve;
        sieve.accepted("ocr", heartbeatOf(u"ocr"_s), meter, start - 20s);
        int looks = 0;
        for (int i = 0; i < 50'000; ++i) {
            const auto port = static_cast<quint16>(attacker + i % 10'000);
            if (sieve.judge("ocr", port, start) == Verdict::Known) {
                sieve.refused("ocr", port);
                ++looks;
            }
        }
        QCOMPARE(looks, DatagramFilter::perSecond);
        QCOMPARE(sieve.judge("ocr", meter, start), Verdict::Known);
    }

    // Nothing is known of such a process but what it sends.
    void aFloodEndsNoProcessThatOpensASocketForEachHeartbeat()
    {
        DatagramFilter sieve;
        QCOMPARE(sieve.judge("ocr", meter, start), Verdict::New);
        sieve.showedLife("ocr", heartbeatOf(u"ocr"_s), start);
        for (int second = 20; second < 200; second += 20) {
            const MonotonicTime now = start + second * 1s;
            for (int i = 0; i < 10'000; ++i) {
                (void)sieve.judge("flood " + QByteArray::number(i), static_cast<quint16>(attacker + i), now);
            }
            const auto port = static_cast<quint16>(meter + second);
            QCOMPARE(sieve.judge("ocr", port, now), Verdict::SignOfLife);
            QCOMPARE(sieve.heartbeatOf("ocr"), heartbeatOf(u"ocr"_s));
            // Copies cost no more than that.
            QCOMPARE(sieve.judge("ocr", port, now), Verdict::TooMany);
            QCOMPARE(sieve.judge("ocr2", port, now), Verdict::TooMany);
        }
    }

    void oneDatagramIsKeptForAProcess()
    {
        DatagramFilter sieve;
        sieve.accepted("other", heartbeatOf(u"other"_s), meter, start);
        for (int i = 0; i < 1000; ++i) {
            sieve.accepted("ocr" + QByteArray(i, ' '), heartbeatOf(u"ocr"_s), meter, start);
        }
        QCOMPARE(sieve.judge("ocr", meter, start + 1s), Verdict::New);
        QCOMPARE(sieve.judge("other", meter, start + 1s), Verdict::Known);
        for (std::size_t i = 0; i < DatagramFilter::maxKnown; ++i) {
            sieve.accepted(QByteArray::number(i), heartbeatOf(QString::number(i)), meter, start);
        }
        QCOMPARE(sieve.judge("other", meter, start + 2s), Verdict::New);
    }
};

QTEST_GUILESS_MAIN(TestDatagramSieve)
#include "tst_datagram_filter.moc"
