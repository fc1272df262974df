// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/KnownWaves.h"
#include "rollouts/Rollout.h"
#include "rollouts/Waves.h"

#include <QJsonDocument>
#include <QTest>

using namespace sgn;
using namespace sgn::rollouts;
using namespace Qt::StringLiterals;

namespace {

const QDateTime now(QDate(2026, 6, 30), QTime(12, 0), Qt::UTC);

Rollout sample()
{
    Rollout rollout;
    rollout.id = u"r1-x"_s;
    rollout.plan.name = u"North"_s;
    rollout.plan.targets.tag = u"north"_s;
    rollout.release.url = QUrl(u"https://example.org/a.zip"_s);
    rollout.release.processes = {{u"ocr"_s, 4}};
    rollout.release.sha256 = QByteArray(32, 'x');
    rollout.release.size = 123456789;
    rollout.title = u"a.zip"_s;
    rollout.by = u"Anna"_s;
    rollout.createdAt = now;
    rollout.wish = {RolloutWish::What::Pause, now.addSecs(1), u"Bert"_s, 2, now.addSecs(3), now.addSecs(4)};
    rollout.progress = {2,
                        1,
                        now.addSecs(5),
                        now.addSecs(6),
                        now.addSecs(7),
                        {{records::FactCode::RolloutFailures, {u"2"_s, u"3"_s, u"5%"_s}}},
                        20,
                        7,
                        2,
                        now.addSecs(8)};
    return rollout;
}

QList<Candidate> candidates(int online, int offline)
{
    QList<Candidate> all;
    for (int i = 0; i < online + offline; ++i) {
        all += {u"device%1@localhost"_s.arg(i), i >= offline};
    }
    return all;
}

} // namespace

class RolloutTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rolloutsComeBack();
    void whatIsNoRolloutIsLeftOut_data();
    void whatIsNoRolloutIsLeftOut();
    void itsStateFollowsFromWishAndProgress_data();
    void itsStateFollowsFromWishAndProgress();
    void wishesOfTwoDesksMerge_data();
    void wishesOfTwoDesksMerge();
    void wavesComeBack();
    void wavesAreKnownByTheirItems();
    void leasesComeBack();
    void wavesGrow_data();
    void wavesGrow();
    void whoIsOnlineComesFirst();
    void theOrderIsTheSameEverywhere();
};

void RolloutTest::rolloutsComeBack()
{
    const Rollout rollout = sample();
    std::optional<Rollout> back = rolloutFrom(rollout.id, wishJson(rollout));
    QVERIFY(back);
    back->progress = progressFrom(progressJson(rollout.progress)).value();
    QCOMPARE(*back, rollout);
    QVERIFY(!progressFrom("{}"));
    QVERIFY(!progressFrom("[]"));
}

void RolloutTest::whatIsNoRolloutIsLeftOut_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QJsonValue>("value");
    QTest::newRow("no plan") << u"plan"_s << QJsonValue();
    QTest::newRow("another plan") << u"plan"_s << QJsonValue(QJsonObject{{"targets"_L1, 5}});
    QTest::newRow("no release") << u"release"_s << QJsonValue();
    QTest::newRow("another command") << u"release"_s << QJsonValue(QJsonObject{{"command"_L1, u"reboot_system"_s}});
    QTest::newRow("no wish") << u"wish"_s << QJsonValue(u"on fire"_s);
    QTest::newRow("no time") << u"at"_s << QJsonValue(u"now"_s);
}

void RolloutTest::whatIsNoRolloutIsLeftOut()
{
    QFETCH(const QString, key);
    QFETCH(const QJsonValue, value);
    QJsonObject json = QJsonDocument::fromJson(wishJson(sample())).object();
    json[key] = value;
    QVERIFY(!rolloutFrom(u"x"_s, QJsonDocument(json).toJson()));
    QVERIFY(!rolloutFrom(u"x"_s, "no JSON"));
    QVERIFY(!rolloutFrom({}, wishJson(sample())));
}

void RolloutTest::itsStateFollowsFromWishAndProgress_data()
{
    using What = RolloutWish::What;
    QTest::addColumn<What>("what");
    QTest::addColumn<int>("stopped"); // seconds after the wish; -1: never
    QTest::addColumn<bool>("hasEnded");
    QTest::addColumn<RolloutState>("state");
    QTest::newRow("runs") << What::Run << -1 << false << RolloutState::Running;
    QTest::newRow("paused") << What::Pause << -1 << false << RolloutState::Paused;
    QTest::newRow("stopped") << What::Run << 1 << false << RolloutState::Stopped;
    QTest::newRow("stopped while paused") << What::Pause << 1 << false << RolloutState::Stopped;
    QTest::newRow("ended") << What::Run << -1 << true << RolloutState::Done;
    QTest::newRow("cancelled") << What::Cancel << -1 << false << RolloutState::Cancelled;
    QTest::newRow("cancelled at the end") << What::Cancel << -1 << true << RolloutState::Cancelled;
}

void RolloutTest::itsStateFollowsFromWishAndProgress()
{
    QFETCH(const RolloutWish::What, what);
    QFETCH(const int, stopped);
    QFETCH(const bool, hasEnded);
    QFETCH(const RolloutState, state);
    Rollout rollout;
    rollout.wish.what = what;
    rollout.wish.since = now;
    if (stopped >= 0) {
        rollout.progress.stoppedAt = now.addSecs(stopped);
    }
    if (hasEnded) {
        rollout.progress.endedAt = now;
    }
    QCOMPARE(rollout.state(), state);
    if (state == RolloutState::Stopped) {
        rollout.wish.since = now.addSecs(stopped + 1); // resumed, or paused, after that
        QVERIFY(rollout.state() != RolloutState::Stopped);
    }
}

void RolloutTest::wishesOfTwoDesksMerge_data()
{
    using What = RolloutWish::What;
    QTest::addColumn<RolloutWish>("one");
    QTest::addColumn<RolloutWish>("other");
    QTest::addColumn<RolloutWish>("merged");
    const auto at = [](int s) {
        return now.addSecs(s);
    };
    const RolloutWish run{What::Run, at(1), u"Anna"_s, 0, {}, at(1)};
    const RolloutWish pause{What::Pause, at(5), u"Bert"_s, 0, {}, at(5)};
    const RolloutWish cancel{What::Cancel, at(3), u"Carl"_s, 0, {}, at(3)};
    QTest::newRow("the same") << run << run << run;
    QTest::newRow("the later one") << run << pause << pause;
    QTest::newRow("a cancellation stays")
        << cancel << pause << RolloutWish{What::Cancel, at(3), u"Carl"_s, 0, {}, at(5)};
    QTest::newRow("a pause and another desk's gate") << pause << RolloutWish{What::Run, at(1), u"Anna"_s, 2, {}, at(6)}
                                                     << RolloutWish{What::Pause, at(5), u"Bert"_s, 2, {}, at(6)};
    QTest::newRow("two tries") << RolloutWish{What::Run, at(1), u"Anna"_s, 0, at(4), at(4)}
                               << RolloutWish{What::Run, at(1), u"Anna"_s, 0, at(9), at(9)}
                               << RolloutWish{What::Run, at(1), u"Anna"_s, 0, at(9), at(9)};
    QTest::newRow("at the same moment") << RolloutWish{What::Run, at(5), u"Anna"_s, 0, {}, at(5)} << pause << pause;
}

void RolloutTest::wishesOfTwoDesksMerge()
{
    QFETCH(const RolloutWish, one);
    QFETCH(const RolloutWish, other);
    QFETCH(const RolloutWish, merged);
    QVERIFY(mergeWishes(one, other) == merged);
    QVERIFY(mergeWishes(other, one) == merged);
    QVERIFY(mergeWishes(merged, one) == merged);
}

void RolloutTest::wavesComeBack()
{
    Wave wave{u"r1-x"_s, 3, 77, u"abcd"_s, now, true, {}};
    for (int i = 0; i < 1'001; ++i) {
        wave.jids += u"device%1@localhost"_s.arg(i);
    }
    const auto items = itemsOf(wave);
    QCOMPARE(items.size(), 3);
    Wave back;
    for (const auto &[id, json] : items) {
        const std::optional<WavePart> part = wavePartFrom(id, json);
        QVERIFY(part);
        QCOMPARE(id, waveItemId(wave.rollout, wave.index, part->chunk));
        QCOMPARE(part->hasMore, part->chunk < 2);
        const QStringList jids = back.jids + part->wave.jids;
        back = part->wave;
        back.jids = jids;
    }
    QCOMPARE(back, wave);
    wave.jids.clear();
    QCOMPARE(itemsOf(wave).size(), 1);
    QVERIFY(!wavePartFrom(u"r1"_s, items.constFirst().second));
    QVERIFY(!wavePartFrom(u"r1-1-x"_s, items.constFirst().second));
    QVERIFY(!wavePartFrom(u"r1-1-1"_s, "{}"));
    QVERIFY(!wavePartFrom(u"r1-1-1"_s, R"({"number": 0})"));
}

void RolloutTest::wavesAreKnownByTheirItems()
{
    const auto part = [](int index, CommandNo number, int chunk, bool hasMore) {
        const QStringList jids{u"device%1@localhost"_s.arg(chunk)};
        return WavePart{{u"r1"_s, index, number, u"abcd"_s, now, false, jids}, chunk, hasMore};
    };
    KnownWaves known;
    QCOMPARE(known.missing(2), (QList<int>{0, 1}));
    QVERIFY(known.take(part(1, 7, 2, false)) && known.take(part(1, 7, 0, true)));
    QVERIFY(known.whole().isEmpty()); // the middle is missing
    QVERIFY(known.take(part(1, 7, 1, true)));
    QCOMPARE(known.missing(2), QList<int>{0});
    QCOMPARE(known.whole().size(), 1);
    QCOMPARE(known.whole().constFirst().jids,
             (QStringList{u"device0@localhost"_s, u"device1@localhost"_s, u"device2@localhost"_s}));
    // What another desk has left doesn't replace a part of it, but another first item all of it.
    QVERIFY(!known.take(part(1, 5, 1, false)));
    QCOMPARE(known.whole().constFirst().number, CommandNo{7});
    QVERIFY(known.take(part(1, 9, 0, false)));
    QCOMPARE(known.whole().constFirst().number, CommandNo{9});
    // A shorter one than before.
    QVERIFY(known.take(part(0, 3, 0, true)) && known.take(part(0, 3, 1, true)) && known.take(part(0, 3, 0, false)));
    QCOMPARE(known.itemIds(), (QStringList{waveItemId(u"r1"_s, 0, 0), waveItemId(u"r1"_s, 1, 0)}));
    QVERIFY(known.missing(2).isEmpty());
    known.forget(1);
    QCOMPARE(known.missing(3), (QList<int>{1, 2}));
}

void RolloutTest::leasesComeBack()
{
    const Lease lease{u"panel@localhost/desk-1"_s, u"Anna"_s, now};
    QCOMPARE(leaseFrom(toJson(lease)), lease);
    QVERIFY(!leaseFrom("[]").until.isValid());
}

void RolloutTest::wavesGrow_data()
{
    QTest::addColumn<QStringList>("plan");
    QTest::addColumn<int>("devices");
    QTest::addColumn<QList<int>>("sizes");
    const QStringList usual{u"3"_s, u"5%"_s, u"25%"_s, u"100%"_s};
    QTest::newRow("hundred") << usual << 100 << QList<int>{3, 2, 20, 75};
    QTest::newRow("two") << usual << 2 << QList<int>{2};
    QTest::newRow("ten: 5 % are done already") << usual << 10 << QList<int>{3, 7};
    QTest::newRow("none") << usual << 0 << QList<int>{};
    QTest::newRow("all at once") << QStringList{u"100%"_s} << 50 << QList<int>{50};
    QTest::newRow("the last wave is everyone") << QStringList{u"1"_s, u"10"_s} << 50 << QList<int>{1, 49};
    QTest::newRow("falling") << QStringList{u"10"_s, u"5"_s, u"100%"_s} << 20 << QList<int>{10, 10};
}

void RolloutTest::wavesGrow()
{
    QFETCH(const QStringList, plan);
    QFETCH(const int, devices);
    Rollout rollout = sample();
    rollout.progress.waves = 0;
    rollout.plan.waves.clear();
    for (const QString &text : plan) {
        rollout.plan.waves += *Amount::parse(text);
    }
    QList<Candidate> left = candidates(devices, 0);
    QList<int> sizes;
    int alreadyIn = 0;
    while (const std::optional<NextWave> next = nextWave(rollout, left, alreadyIn)) {
        QVERIFY(!next->jids.isEmpty());
        left.removeIf([&next](const Candidate &candidate) { return next->jids.contains(candidate.jid); });
        sizes += static_cast<int>(next->jids.size());
        alreadyIn += sizes.constLast();
        rollout.progress.planned = next->planned;
        ++rollout.progress.waves;
    }
    QTEST(sizes, "sizes");
    QCOMPARE(alreadyIn, devices);
    // One that comes later.
    if (devices > 0) {
        const std::optional<NextWave> later = nextWave(rollout, {{u"late@localhost"_s, true}}, alreadyIn);
        QCOMPARE(later->jids, QStringList{u"late@localhost"_s});
    }
}

void RolloutTest::whoIsOnlineComesFirst()
{
    Rollout rollout = sample();
    rollout.progress.waves = 0;
    const std::optional<NextWave> next = nextWave(rollout, candidates(3, 97), 0);
    QStringList first = next->jids;
    first.sort();
    QCOMPARE(first, (QStringList{u"device97@localhost"_s, u"device98@localhost"_s, u"device99@localhost"_s}));
}

void RolloutTest::theOrderIsTheSameEverywhere()
{
    Rollout rollout = sample();
    rollout.progress.waves = 0;
    QList<Candidate> some = candidates(100, 0);
    const QStringList here = nextWave(rollout, some, 0)->jids;
    std::ranges::reverse(some);
    QCOMPARE(nextWave(rollout, some, 0)->jids, here);
    // And another one for the next rollout, so that the first devices aren't always the same.
    rollout.id = u"r2"_s;
    QVERIFY(nextWave(rollout, some, 0)->jids != here);
}

QTEST_APPLESS_MAIN(RolloutTest)
#include "tst_rollout.moc"
