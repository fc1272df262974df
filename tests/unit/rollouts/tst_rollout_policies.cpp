// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

#include <functional>
#include <QTest>

using namespace sgn;
using namespace sgn::records;
using namespace sgn::rollouts;
using namespace Qt::StringLiterals;

namespace {

const QDateTime now(QDate(2026, 6, 30), QTime(12, 0), Qt::UTC);

// A rollout in the middle of its second wave, and a device that may start.
struct Situation
{
    Rollout rollout;
    WaveCounts wave{.total = 20, .waiting = 10, .inFlight = 2, .confirmed = 8, .soaked = 5, .sent = 10};
    WaveCounts all{.total = 23, .waiting = 10, .inFlight = 2, .confirmed = 11, .soaked = 8, .sent = 13};
    DeviceView device;
    QDateTime at = now;
    bool isGateOpen = false;

    Situation()
    {
        rollout.progress.waves = 2;
        rollout.progress.planned = 1;
        rollout.wish.since = now.addDays(-1);
        rollout.plan.inFlight = 5;
        device.isOnline = true;
    }
};

using Change = std::function<void(Situation &)>;
using Policy = Verdict (*)(const RolloutView &, const DeviceView &);

Verdict judge(Policy policy, const Situation &situation)
{
    return policy({situation.rollout, situation.at, situation.wave, situation.all, situation.isGateOpen},
                  situation.device);
}

constexpr auto go = Verdict::Kind::Go;
constexpr auto skip = Verdict::Kind::Skip;
constexpr auto wait = Verdict::Kind::Wait;
constexpr auto stop = Verdict::Kind::Stop;

} // namespace

Q_DECLARE_METATYPE(Change)
Q_DECLARE_METATYPE(Policy)

class RolloutPoliciesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aloneEachDecides_data();
    void aloneEachDecides();
    void theFirstThatIsNotGoDecides();
    void windowsOpenByLocalTime_data();
    void windowsOpenByLocalTime();
    void theNextWaveLooksAtNoDevice();
    void countsWhatTheGateNeeds();
    void anAbsentDeviceHoldsNoPlace_data();
    void anAbsentDeviceHoldsNoPlace();
    void whoResumesForgives();
};

void RolloutPoliciesTest::aloneEachDecides_data()
{
    QTest::addColumn<Policy>("policy");
    QTest::addColumn<Change>("change");
    QTest::addColumn<Verdict::Kind>("kind");
    const auto row = [](
                         const char *name, Policy policy, Verdict::Kind kind,
                         const Change &change = [](Situation &) {}) {
        QTest::newRow(name) << policy << change << kind;
    };
    row("no end", expiry, go);
    row("before the end", expiry, go, [](auto &s) { s.rollout.plan.notAfter = now.addSecs(1); });
    row("at the end", expiry, stop, [](auto &s) { s.rollout.plan.notAfter = now; });

    row("running", operatorPause, go);
    row("paused", operatorPause, wait, [](auto &s) { s.rollout.wish.what = RolloutWish::What::Pause; });
    row("stopped", operatorPause, wait, [](auto &s) { s.rollout.progress.stoppedAt = now; });
    row("cancelled", operatorPause, wait, [](auto &s) { s.rollout.wish.what = RolloutWish::What::Cancel; });
    row("done", operatorPause, wait, [](auto &s) { s.rollout.progress.endedAt = now; });

    row("no failures", failureLimit, go);
    row("one of 20", failureLimit, go, [](auto &s) { s.all.failed = 1, s.all.confirmed = 19; });
    row("two of 20", failureLimit, stop, [](auto &s) { s.all.failed = 2, s.all.confirmed = 18; });
    row("one of three, others on their way", failureLimit, go, [](auto &s) { s.all.failed = 1, s.all.confirmed = 2; });
    row("one of three in a wave that is over", failureLimit, stop, [](auto &s) {
        s.all = {.total = 3, .confirmed = 2, .failed = 1};
        s.wave = s.all;
    });
    row("one of three, the third is absent", failureLimit, stop, [](auto &s) {
        s.all = {.total = 3, .absent = 1, .confirmed = 1, .failed = 1};
        s.wave = s.all;
    });
    row("one of three, the fourth is offline", failureLimit, stop, [](auto &s) {
        s.all = {.total = 4, .unreachable = 1, .confirmed = 2, .failed = 1};
        s.wave = s.all;
    });
    row("a number of them", failureLimit, go, [](auto &s) {
        s.rollout.plan.stop.failed = Amount::devices(2);
        s.all.failed = 2;
    });
    row("more than a number of them", failureLimit, stop, [](auto &s) {
        s.rollout.plan.stop.failed = Amount::devices(2);
        s.all.failed = 3;
    });

    row("two of 20, known to who resumed it", failureLimit, go,
        [](auto &s) { s.all.failed = 2, s.all.confirmed = 18, s.all.forgivenFailed = 2; });
    row("two more since", failureLimit, stop,
        [](auto &s) { s.all.failed = 4, s.all.confirmed = 18, s.all.forgivenFailed = 2; });

    row("two of 13 are gone, known to who resumed it", vanishingDevices, go,
        [](auto &s) { s.all.vanished = 2, s.all.forgivenVanished = 2; });
    row("all are there", vanishingDevices, go);
    row("one of 13 is gone", vanishingDevices, go, [](auto &s) { s.all.vanished = 1; });
    row("two of 13 are gone", vanishingDevices, stop, [](auto &s) { s.all.vanished = 2; });
    row("one of three is gone, others wait", vanishingDevices, go, [](auto &s) { s.all.vanished = 1, s.all.sent = 3; });
    row("one of three is gone, all were sent to", vanishingDevices, stop,
        [](auto &s) { s.all.vanished = 1, s.all.sent = 3, s.wave.waiting = 0; });

    row("an older one", alreadyThere, go);
    row("has it", alreadyThere, skip, [](auto &s) { s.device.hasRelease = true; });
    row("has it, but it is forced", alreadyThere, go,
        [](auto &s) { s.device.hasRelease = true, s.rollout.release.force = true; });
    row("has it by this very rollout", alreadyThere, go,
        [](auto &s) { s.device.hasRelease = true, s.device.step = DeviceStep::Confirmed; });

    const Change later = [](Situation &s) {
        s.device.isInWave = false;
    };
    row("of this wave", waveGate, go);
    row("of the next one, 5 of 20", waveGate, wait, later);
    row("of the next one, 19 of 20", waveGate, go, [](auto &s) { s.device.isInWave = false, s.wave.soaked = 19; });
    row("of the next one, 18 of 20", waveGate, wait, [](auto &s) { s.device.isInWave = false, s.wave.soaked = 18; });
    row("the first wave needs no other", waveGate, go,
        [](auto &s) { s.device.isInWave = false, s.rollout.progress.waves = 0; });
    row("an operator has opened it", waveGate, go, [](auto &s) { s.device.isInWave = false, s.isGateOpen = true; });
    row("of three sent to, one is absent", waveGate, wait, [](auto &s) {
        s.device.isInWave = false;
        s.wave = {.total = 3, .absent = 1, .confirmed = 2, .soaked = 2, .sent = 3};
    });
    row("of three sent to, one is absent, which the share permits", waveGate, go, [](auto &s) {
        s.device.isInWave = false;
        s.rollout.plan.gate.healthy = Amount::percent(60);
        s.wave = {.total = 3, .absent = 1, .confirmed = 2, .soaked = 2, .sent = 3};
    });
    row("who is offline doesn't count", waveGate, go, [](auto &s) {
        s.device.isInWave = false;
        s.wave = {.total = 20, .unreachable = 15, .confirmed = 5, .soaked = 5, .sent = 5};
    });
    row("everyone has had a turn", waveGate, go, [](auto &s) {
        s.device.isInWave = false;
        s.rollout.progress.planned = 3;
        s.wave = {.total = 1, .unreachable = 1};
    });
    row("everyone, and none works", waveGate, wait, [](auto &s) {
        s.device.isInWave = false;
        s.rollout.progress.planned = 3;
        s.all.soaked = 0;
    });
    row("but one must work", waveGate, wait, [](auto &s) {
        s.device.isInWave = false;
        s.wave = {.total = 3, .unreachable = 3};
    });
    row("a gate of nothing wants one all the same", waveGate, wait, [](auto &s) {
        s.device.isInWave = false;
        s.rollout.plan.gate.healthy = Amount::percent(0);
        s.wave.soaked = 0;
    });

    row("never failed", penaltyBox, go);
    row("failed twice", penaltyBox, go, [](auto &s) { s.device.failures = 2, s.device.lastFailure = now; });
    row("failed three times", penaltyBox, wait, [](auto &s) { s.device.failures = 3, s.device.lastFailure = now; });
    row("a day ago", penaltyBox, go, [](auto &s) { s.device.failures = 3, s.device.lastFailure = now.addDays(-1); });

    row("online", unreachable, go);
    row("offline", unreachable, wait, [](auto &s) { s.device.isOnline = false; });

    const QStringList wires{u"ethernet"_s, u"wifi"_s};
    row("any network", networkKind, go, [](auto &s) { s.device.network = u"cellular"_s; });
    row("a named network", networkKind, go,
        [wires](auto &s) { s.rollout.plan.networks = wires, s.device.network = u"WiFi"_s; });
    row("another network", networkKind, wait,
        [wires](auto &s) { s.rollout.plan.networks = wires, s.device.network = u"cellular"_s; });
    row("a network that isn't known", networkKind, wait, [wires](auto &s) { s.rollout.plan.networks = wires; });

    const auto grown = [](int successes, int inFlight) {
        return [successes, inFlight](Situation &s) {
            s.rollout.plan.growth = Growth{2, 5};
            s.rollout.plan.inFlight = 6;
            s.all.confirmed = successes;
            s.all.inFlight = inFlight;
        };
    };
    row("no growth", growth, go, [](auto &s) { s.all.inFlight = 1'000; });
    row("the first two", growth, go, grown(0, 1));
    row("no third", growth, wait, grown(4, 2));
    row("four after five", growth, go, grown(5, 3));
    row("no fifth", growth, wait, grown(14, 4));
    row("as many as there may be", growth, go, grown(15, 5));
    row("and no more", growth, wait, grown(1'000, 6));
    row("the second, while one is absent", growth, go, [grown](auto &s) {
        grown(0, 1)(s);
        s.all.absent = 1;
    });

    row("a place", inFlightLimit, go, [](auto &s) { s.all.inFlight = 4; });
    row("no place", inFlightLimit, wait, [](auto &s) { s.all.inFlight = 5; });
    row("the place of one that is absent", inFlightLimit, go, [](auto &s) { s.all.inFlight = 4, s.all.absent = 1; });
    row("one is absent, others have all places", inFlightLimit, wait,
        [](auto &s) { s.all.inFlight = 5, s.all.absent = 1; });
    row("more than may be, since some came back", inFlightLimit, wait, [](auto &s) { s.all.inFlight = 7; });
}

void RolloutPoliciesTest::aloneEachDecides()
{
    QFETCH(const Policy, policy);
    QFETCH(const Change, change);
    QFETCH(const Verdict::Kind, kind);
    Situation situation;
    change(situation);
    const Verdict verdict = judge(policy, situation);
    QCOMPARE(verdict.kind, kind);
    QCOMPARE(verdict.why.isEmpty(), kind == go);
}

void RolloutPoliciesTest::theFirstThatIsNotGoDecides()
{
    Situation situation;
    QCOMPARE(judge(evaluate, situation).kind, go);
    situation.all.inFlight = 5;
    QCOMPARE(judge(evaluate, situation).policy, "in_flight_limit"_L1);
    situation.device.isOnline = false;
    QCOMPARE(judge(evaluate, situation).policy, "unreachable"_L1);
    situation.all.failed = 10;
    QCOMPARE(judge(evaluate, situation).policy, "failure_limit"_L1);
    situation.rollout.wish.what = RolloutWish::What::Pause;
    situation.rollout.wish.by = u"Anna"_s;
    const Verdict paused = judge(evaluate, situation);
    QCOMPARE(paused.policy, "operator_pause"_L1);
    QCOMPARE(paused.why, (Facts{{FactCode::RolloutPaused, {u"Anna"_s}}}));
    situation.rollout.plan.notAfter = now;
    QCOMPARE(judge(evaluate, situation).policy, "expiry"_L1);
}

void RolloutPoliciesTest::windowsOpenByLocalTime_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<int>("offsetHours"); // of the device; 99: it doesn't report it
    QTest::addColumn<QDateTime>("opens"); // invalid: it is open
    const QDateTime open;
    const auto at = [](int days, int hour, int minute) {
        return QDateTime(now.date().addDays(days), QTime(hour, minute), Qt::UTC);
    };
    // It is 12:00 UTC.
    QTest::newRow("within") << u"11:00"_s << u"13:00"_s << 0 << open;
    QTest::newRow("begins now") << u"12:00"_s << u"13:00"_s << 0 << open;
    QTest::newRow("has just ended") << u"11:00"_s << u"12:00"_s << 0 << at(1, 11, 0);
    QTest::newRow("later today") << u"13:00"_s << u"14:00"_s << 0 << at(0, 13, 0);
    QTest::newRow("tomorrow") << u"01:00"_s << u"04:30"_s << 0 << at(1, 1, 0);
    QTest::newRow("over midnight, closed") << u"22:00"_s << u"04:00"_s << 0 << at(0, 22, 0);
    QTest::newRow("over midnight, open") << u"11:00"_s << u"04:00"_s << 0 << open;
    QTest::newRow("night in the east") << u"22:00"_s << u"04:00"_s << 12 << open;
    QTest::newRow("morning in the west") << u"07:00"_s << u"08:00"_s << -5 << open;
    QTest::newRow("tomorrow in the east is today") << u"01:00"_s << u"02:00"_s << 12 << at(0, 13, 0);
    QTest::newRow("yesterday in the west") << u"03:00"_s << u"04:00"_s << -10 << at(0, 13, 0);
    QTest::newRow("not reported: the plan's") << u"14:00"_s << u"15:00"_s << 99 << open; // UTC+2
}

void RolloutPoliciesTest::windowsOpenByLocalTime()
{
    QFETCH(const QString, from);
    QFETCH(const QString, to);
    QFETCH(const int, offsetHours);
    QFETCH(const QDateTime, opens);
    Situation situation;
    situation.rollout.plan.window =
        Window{QTime::fromString(from, u"HH:mm"_s), QTime::fromString(to, u"HH:mm"_s), false, 7'200};
    if (offsetHours != 99) {
        situation.device.utcOffset = offsetHours * 3'600;
    }
    const Verdict verdict = judge(maintenanceWindow, situation);
    QCOMPARE(verdict.kind, opens.isValid() ? wait : go);
    QCOMPARE(verdict.until, opens);
    if (opens.isValid()) {
        situation.at = opens;
        QCOMPARE(judge(maintenanceWindow, situation).kind, go);
        situation.at = opens.addMSecs(-1);
        QCOMPARE(judge(maintenanceWindow, situation).kind, wait);
    }
    // It may fetch the release now, if it can wait with it by its own clock.
    situation.at = now;
    situation.rollout.plan.window->isDownloadAnytime = true;
    QCOMPARE(judge(maintenanceWindow, situation).kind, opens.isValid() && offsetHours == 99 ? wait : go);
}

void RolloutPoliciesTest::whoResumesForgives()
{
    Rollout rollout;
    rollout.progress.stoppedAt = now.addSecs(-100);
    rollout.wish.since = now.addSecs(-50);
    WaveCounts counts;
    for (const int secondsAgo : {60, 40}) {
        DeviceView device;
        device.step = DeviceStep::Failed;
        device.lastFailure = now.addSecs(-secondsAgo);
        count(counts, device, rollout, now);
    }
    QCOMPARE(counts.failed, 2);
    QCOMPARE(counts.forgivenFailed, 1);
    rollout.wish.since = now.addSecs(-200); // it stopped after that
    counts = {};
    DeviceView device;
    device.step = DeviceStep::Failed;
    device.lastFailure = now.addSecs(-300);
    count(counts, device, rollout, now);
    QCOMPARE(counts.forgivenFailed, 0);
}

void RolloutPoliciesTest::theNextWaveLooksAtNoDevice()
{
    Situation situation;
    situation.rollout.plan.networks = {u"ethernet"_s};
    situation.wave.soaked = 20;
    situation.all.inFlight = 5;
    const auto next = [&situation] {
        return evaluateNextWave({situation.rollout, situation.at, situation.wave, situation.all, situation.isGateOpen});
    };
    QCOMPARE(next().kind, go);
    situation.wave.soaked = 18;
    QCOMPARE(next().why.constFirst().code, FactCode::RolloutGate);
    situation.all.failed = 10;
    QCOMPARE(next().kind, stop);
}

void RolloutPoliciesTest::countsWhatTheGateNeeds()
{
    Rollout rollout;
    rollout.plan.gate = {Amount::percent(95), std::chrono::seconds(60), 10};
    WaveCounts counts;
    const auto add = [&](const std::function<void(DeviceView &)> &change) {
        DeviceView device;
        change(device);
        count(counts, device, rollout, now);
    };
    add([](DeviceView &) {}); // offline
    add([](DeviceView &d) { d.isOnline = true; });
    add([](DeviceView &d) { d.isOnline = true, d.step = DeviceStep::InFlight, d.sentAt = now; });
    const auto confirmed = [](int healthySeconds) {
        return [healthySeconds](DeviceView &d) {
            d.step = DeviceStep::Confirmed, d.isOnline = true, d.isHealthy = true, d.sentAt = now;
            d.healthySince = now.addSecs(-healthySeconds);
        };
    };
    add(confirmed(59));
    add(confirmed(60));
    add([](DeviceView &d) { d.step = DeviceStep::Confirmed, d.isOnline = true, d.sentAt = now; }); // a process is dead
    add([](DeviceView &d) { d.step = DeviceStep::Failed, d.sentAt = now, d.lastSeen = now.addDays(-1); });
    add([](DeviceView &d) { d.step = DeviceStep::InFlight, d.sentAt = now, d.lastSeen = now.addSecs(-599); });
    add([](DeviceView &d) { d.step = DeviceStep::InFlight, d.sentAt = now, d.lastSeen = now.addSecs(-600); });
    QCOMPARE(counts.total, 9);
    QCOMPARE(counts.unreachable, 1);
    QCOMPARE(counts.waiting, 1);
    QCOMPARE(counts.inFlight, 3);
    QCOMPARE(counts.confirmed, 3);
    QCOMPARE(counts.soaked, 1);
    QCOMPARE(counts.failed, 1);
    QCOMPARE(counts.sent, 7);
    QCOMPARE(counts.vanished, 1);
}

void RolloutPoliciesTest::anAbsentDeviceHoldsNoPlace_data()
{
    QTest::addColumn<DeviceStep>("step");
    QTest::addColumn<QDateTime>("absentSince");
    QTest::addColumn<bool>("isCounted"); // against the limit
    QTest::addColumn<FactCode>("why");   // NoDeviceChosen: nothing
    const QDateTime never;
    const FactCode nothing = FactCode::NoDeviceChosen;
    const FactCode kept = FactCode::RolloutPlaceKept;
    const FactCode free = FactCode::RolloutPlaceFree;
    QTest::newRow("there") << DeviceStep::InFlight << never << true << nothing;
    QTest::newRow("has just gone") << DeviceStep::InFlight << now << true << kept;
    QTest::newRow("restarts") << DeviceStep::InFlight << now.addSecs(-180) << true << kept;
    QTest::newRow("has vanished") << DeviceStep::InFlight << now.addSecs(-600) << true << kept;
    QTest::newRow("absent, a second less") << DeviceStep::InFlight << now.addSecs(-899) << true << kept;
    QTest::newRow("absent for 15 minutes") << DeviceStep::InFlight << now.addSecs(-900) << false << free;
    QTest::newRow("absent for weeks") << DeviceStep::InFlight << now.addDays(-20) << false << free;
    QTest::newRow("absent by a clock that is ahead") << DeviceStep::InFlight << now.addDays(1) << true << kept;
    QTest::newRow("not sent to") << DeviceStep::Waiting << now.addDays(-20) << false << nothing;
    QTest::newRow("has it, and is absent") << DeviceStep::Confirmed << now.addDays(-20) << false << nothing;
    QTest::newRow("has failed, and is absent") << DeviceStep::Failed << now.addDays(-20) << false << nothing;
}

void RolloutPoliciesTest::anAbsentDeviceHoldsNoPlace()
{
    QFETCH(const DeviceStep, step);
    QFETCH(const QDateTime, absentSince);
    QFETCH(const bool, isCounted);
    QFETCH(const FactCode, why);
    const QDateTime sentAt = now.addDays(-21);
    DeviceView device;
    device.step = step;
    device.isOnline = !absentSince.isValid();
    device.sentAt = sentAt;
    device.absentSince = absentSince;
    QCOMPARE(holdsPlace(device, now), isCounted);
    WaveCounts counts;
    count(counts, device, Rollout(), now);
    QCOMPARE(counts.inFlight, isCounted ? 1 : 0);
    QCOMPARE(counts.absent, step == DeviceStep::InFlight && !isCounted ? 1 : 0);
    // It was sent to and is gone all the same, also where this desk has never seen it.
    const bool isGone = absentSince.isValid() && absentSince.addDuration(vanishedAfter) <= now;
    QCOMPARE(counts.vanished, isGone && step != DeviceStep::Failed ? 1 : 0);
    Situation situation;
    const auto absence = [&situation](const DeviceView &view) {
        const Situation &s = situation;
        return absenceOf({s.rollout, s.at, s.wave, s.all, s.isGateOpen}, view);
    };
    const Facts facts = absence(device);
    QCOMPARE(facts.isEmpty(), why == FactCode::NoDeviceChosen);
    if (!facts.isEmpty()) {
        QCOMPARE(facts.constFirst().code, why);
        QCOMPARE(facts.constFirst().values.constFirst(), sentAt.toString(Qt::ISODate)); // it was there then
        device.lastSeen = sentAt.addDays(-1);
        QCOMPARE(absence(device), facts);
        device.lastSeen = sentAt.addSecs(60);
        QCOMPARE(absence(device).constFirst().values.constFirst(), device.lastSeen.toString(Qt::ISODate));
        situation.rollout.wish.what = RolloutWish::What::Cancel;
        QCOMPARE(absence(device).constFirst().code, FactCode::RolloutAbsent);
    }
}

QTEST_APPLESS_MAIN(RolloutPoliciesTest)
#include "tst_rollout_policies.moc"
