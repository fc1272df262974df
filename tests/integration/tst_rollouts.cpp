// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/PanelDesk.h"
#include "rollouts/Policies.h"
#include "support/FastClock.h"

#include <QTemporaryDir>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::rollouts;
using namespace sgn::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

#define SGN_EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 30'000)

namespace {

constexpr int devices = 5;
constexpr int newVersion = 2;

// The time of this machine, and as much later as a test wants.
class LaterClock final : public Clock
{
public:
    [[nodiscard]] MonotonicTime monotonic() const override { return m_clock.monotonic() + m_later; }
    [[nodiscard]] QDateTime wallUtc() const override { return m_clock.wallUtc().addMSecs(m_later.count()); }
    void advance(MonotonicTime by) { m_later += by; }

private:
    SystemClock m_clock;
    MonotonicTime m_later{};
};

RolloutPlan planFor(const QStringList &waves)
{
    RolloutPlan plan;
    plan.name = u"North"_s;
    plan.targets.all = true;
    plan.waves.clear();
    for (const QString &wave : waves) {
        plan.waves += *Amount::parse(wave);
    }
    plan.gate.soak = 0s;
    return plan;
}

UpdateRequest release()
{
    UpdateRequest request;
    request.url = QUrl(u"https://example.org/SmartMeter.zip"_s);
    request.processes = {{u"ocr"_s, newVersion}};
    request.requestedBy = u"Anna"_s;
    return request;
}

RolloutDriver::Timing shortTimes()
{
    return {
        .leases = {.validFor = 4s, .renewEvery = 1s, .settle = 500ms, .reserve = 500ms}, .tick = 100ms, .soon = 10ms};
}

} // namespace

// Staged releases over a real server: two desks, devices that know only the seed.
class RolloutsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void goesInWavesAndIsTheSameAtBothDesks();
    void aBadReleaseStopsItself();
    void anotherDeskTakesOver();
    void goesOnWithoutADeviceThatStaysAway();
    void aWrongClockShowsTheSame();
    void aDeviceThatGetsTheTagGetsTheRelease();
    void operatorsPauseAndCancelIt();
    void failedDevicesAreTriedAgain();
    void aStoppedOneGoesOn();
    void waitsForItsWindow();
    void aServerWithoutNodesKeepsItHere();

private:
    [[nodiscard]] std::unique_ptr<Panel> desk(const QString &store) { return desk(store, m_clock); }
    [[nodiscard]] std::unique_ptr<Panel> desk(const QString &store, const Clock &clock)
    {
        DeskOptions options;
        options.rollouts = shortTimes();
        auto panel = openDesk(*m_server, m_folder->filePath(store + u".sqlite"_s), clock, options);
        const bool isReady =
            panel && settles(*panel) &&
            QTest::qWaitFor([&] { return panel->fleet().count() == devices && panel->rollouts().isComplete(); },
                            30'000);
        if (isReady) {
            panel->driveRollouts();
        }
        return isReady ? std::move(panel) : nullptr;
    }
    void startDevices();
    // Its id.
    [[nodiscard]] static QString begin(Panel &panel, const RolloutPlan &plan);
    [[nodiscard]] static RolloutState stateAt(Panel &panel, const QString &id)
    {
        const Rollout *rollout = panel.rollouts().find(id);
        return rollout ? rollout->state() : RolloutState::Paused;
    }
    // Numbers of the updates that it got.
    [[nodiscard]] QSet<CommandNo> numbersAt(int n)
    {
        QSet<CommandNo> numbers;
        for (const Command &command : m_devices.at(*m_server, n).commands) {
            if (std::holds_alternative<UpdateCommand>(command.body)) {
                numbers += *command.number;
            }
        }
        return numbers;
    }
    [[nodiscard]] int reached()
    {
        int reached = 0;
        for (int n = 1; n <= devices; ++n) {
            reached += numbersAt(n).isEmpty() ? 0 : 1;
        }
        return reached;
    }

    std::unique_ptr<FleetServer> m_server;
    FakeDevices m_devices;
    SystemClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    bool m_isBad = false;
    bool m_isSilent = false;
};

void RolloutsTest::init()
{
    m_devices.clear();
    m_isBad = false;
    m_isSilent = false;
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = FleetServer::make();
    QVERIFY2(m_server->start(accounts(devices)), qPrintable(m_server->errorString()));
    startDevices();
}

void RolloutsTest::startDevices()
{
    for (int n = 1; n <= devices; ++n) {
        FakeDevice &device = m_devices.at(*m_server, n);
        device.answer = [this, &device](const Command &command) {
            if (!std::holds_alternative<UpdateCommand>(command.body)) {
                device.answerAsTheSeed(command);
            } else if (m_isBad) {
                device.send(device.result(*command.number, false, "no good"));
            } else if (!m_isSilent) {
                device.version = newVersion;
                device.send(device.result(*command.number, true));
            }
        };
        device.start();
        SGN_EVENTUALLY(device.session.isOnline());
    }
}

QString RolloutsTest::begin(Panel &panel, const RolloutPlan &plan)
{
    QSignalSpy started(&panel.rolloutService(), &RolloutService::started);
    panel.rolloutService().start(release(), plan);
    return started.wait(10'000) ? started.constFirst().constFirst().toString() : QString();
}

void RolloutsTest::goesInWavesAndIsTheSameAtBothDesks()
{
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    const QString id = begin(*one, planFor({u"1"_s, u"100%"_s}));
    QVERIFY(!id.isEmpty());
    SGN_EVENTUALLY(stateAt(*one, id) == RolloutState::Done && stateAt(*other, id) == RolloutState::Done);
    const Rollout rollout = *one->rollouts().find(id);
    QCOMPARE(rollout.progress.waves, 2);
    QCOMPARE(rollout.progress.done, devices);
    QCOMPARE(one->rollouts().waves(id).constFirst().jids.size(), 1);
    QCOMPARE(*other->rollouts().find(id), rollout);
    QCOMPARE(other->rollouts().waves(id), one->rollouts().waves(id));
    for (int n = 1; n <= devices; ++n) {
        QCOMPARE(numbersAt(n).size(), 1);
    }
    // A desk that comes later, and one without a connection.
    auto third = desk(u"third"_s);
    QVERIFY(third);
    QCOMPARE(stateAt(*third, id), RolloutState::Done);
    QCOMPARE(third->rollouts().waves(id), other->rollouts().waves(id));
    one.reset();
    one = openDesk(*m_server, m_folder->filePath(u"one.sqlite"_s), m_clock);
    QCOMPARE(*one->rollouts().find(id), rollout);
    QCOMPARE(one->rollouts().waves(id).size(), 2);
}

void RolloutsTest::aBadReleaseStopsItself()
{
    m_isBad = true;
    auto one = desk(u"one"_s);
    QVERIFY(one);
    const QString id = begin(*one, planFor({u"2"_s, u"100%"_s}));
    SGN_EVENTUALLY(stateAt(*one, id) == RolloutState::Stopped);
    QCOMPARE(one->rollouts().find(id)->progress.why.constFirst().code, FactCode::RolloutFailures);
    QCOMPARE(reached(), 2);
}

// The desk that drives ends without a word, in the middle of a wave.
void RolloutsTest::anotherDeskTakesOver()
{
    m_isSilent = true;
    for (int n = 1; n <= devices; ++n) {
        m_devices.at(*m_server, n).isModern = true; // it answers a repeat
    }
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    RolloutPlan plan = planFor({u"100%"_s});
    plan.inFlight = 2;
    const QString id = begin(*one, plan);
    SGN_EVENTUALLY(reached() == 2);
    SGN_EVENTUALLY(other->rollouts().waves(id).size() == 1);
    QVERIFY(!other->rolloutDriver().drives(id));
    one.reset();
    m_isSilent = false;
    SGN_EVENTUALLY(other->rolloutDriver().drives(id));
    SGN_EVENTUALLY(reached() == devices || stateAt(*other, id) == RolloutState::Done);
    // The two that were silent get the same command again, which a device answers from its record.
    SGN_EVENTUALLY(stateAt(*other, id) == RolloutState::Done);
    QCOMPARE(other->rollouts().find(id)->progress.done, devices);
    for (int n = 1; n <= devices; ++n) {
        QCOMPARE(numbersAt(n).size(), 1);
    }
}

// It has the only place when its power is cut.
void RolloutsTest::goesOnWithoutADeviceThatStaysAway()
{
    m_isSilent = true;
    for (int n = 1; n <= devices; ++n) {
        m_devices.at(*m_server, n).isModern = true; // it gets a repeat, and answers that
    }
    LaterClock clock;
    auto one = desk(u"one"_s, clock);
    QVERIFY(one);
    RolloutPlan plan = planFor({u"100%"_s});
    plan.inFlight = 1;
    plan.stop.vanished = Amount::percent(50);
    const QString id = begin(*one, plan);
    SGN_EVENTUALLY(reached() == 1);
    m_isSilent = false;
    int gone = 1;
    while (numbersAt(gone).isEmpty()) {
        ++gone;
    }
    m_devices.at(*m_server, gone).session.stop();
    SGN_EVENTUALLY(!one->fleet().find(deviceJid(gone))->online);
    clock.advance(14min); // the lease has ended meanwhile
    SGN_EVENTUALLY(!one->rolloutDriver().drives(id));
    SGN_EVENTUALLY(one->rolloutDriver().drives(id));
    QCOMPARE(reached(), 1);
    clock.advance(1min);
    SGN_EVENTUALLY(one->rollouts().find(id)->progress.done == devices - 1);
    QCOMPARE(stateAt(*one, id), RolloutState::Running);
    m_devices.at(*m_server, gone).session.start();
    SGN_EVENTUALLY(stateAt(*one, id) == RolloutState::Done);
    QCOMPARE(one->rollouts().find(id)->progress.done, devices);
    for (int n = 1; n <= devices; ++n) {
        QCOMPARE(numbersAt(n).size(), 1);
    }
}

// A desk whose clock is weeks ahead takes neither the lease nor the rollout for ended.
void RolloutsTest::aWrongClockShowsTheSame()
{
    m_isSilent = true;
    const FastClock fast;
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s, fast);
    QVERIFY(one && other);
    const QString id = begin(*one, planFor({u"100%"_s}));
    SGN_EVENTUALLY(reached() == devices && other->rollouts().waves(id).size() == 1);
    SGN_EVENTUALLY(!other->rollouts().driver(id).isEmpty());
    QCOMPARE(other->rollouts().driver(id), one->rollouts().driver(id));
    QVERIFY(!other->rolloutDriver().drives(id));
    const RolloutViews::Standing standing = other->rolloutDriver().views().standingOf(*other->rollouts().find(id));
    QVERIFY(std::abs(standing.at.secsTo(m_clock.wallUtc())) < 24 * 60 * 60);
    QVERIFY(evaluateNextWave(standing.view(*other->rollouts().find(id))).policy != "expiry"_L1);
}

void RolloutsTest::aDeviceThatGetsTheTagGetsTheRelease()
{
    auto one = desk(u"one"_s);
    QVERIFY(one);
    RolloutPlan plan = planFor({u"100%"_s});
    plan.targets = {{}, u"north"_s, {}, false, true};
    const QString id = begin(*one, plan);
    QVERIFY(one->labels().tag({deviceJid(2)}, {u"north"_s}, {}, {}));
    SGN_EVENTUALLY(numbersAt(2).size() == 1);
    QVERIFY(one->labels().tag({deviceJid(4)}, {u"north"_s}, {}, {}));
    SGN_EVENTUALLY(numbersAt(4).size() == 1);
    SGN_EVENTUALLY(one->rollouts().find(id)->progress.done == 2);
    QCOMPARE(reached(), 2);
    QCOMPARE(stateAt(*one, id), RolloutState::Running);
}

void RolloutsTest::operatorsPauseAndCancelIt()
{
    m_isSilent = true;
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other);
    RolloutPlan plan = planFor({u"100%"_s});
    plan.inFlight = 1;
    const QString id = begin(*one, plan);
    SGN_EVENTUALLY(reached() == 1 && other->rollouts().find(id));
    QVERIFY(other->rolloutService().pause(id, u"Bert"_s));
    SGN_EVENTUALLY(stateAt(*one, id) == RolloutState::Paused);
    QCOMPARE(one->rollouts().find(id)->wish.by, u"Bert"_s);
    m_isSilent = false;
    for (int n = 1; n <= devices; ++n) { // the one that has it ends it
        FakeDevice &device = m_devices.at(*m_server, n);
        for (const CommandNo number : numbersAt(n)) {
            device.version = newVersion;
            device.send(device.result(number, true));
        }
    }
    SGN_EVENTUALLY(one->rollouts().find(id)->progress.done == 1);
    QCOMPARE(reached(), 1);
    QVERIFY(other->rolloutService().resume(id, u"Bert"_s));
    SGN_EVENTUALLY(stateAt(*one, id) == RolloutState::Done && stateAt(*other, id) == RolloutState::Done);
    QVERIFY(!one->rolloutService().cancel(id, u"Anna"_s)); // it has ended
    QVERIFY(!one->rolloutService().pause(u"none"_s, u"Anna"_s));

    m_isSilent = true;
    for (int n = 1; n <= devices; ++n) {
        m_devices.at(*m_server, n).commands.clear();
        m_devices.at(*m_server, n).version = 1;
    }
    UpdateRequest again = release();
    again.force = true;
    QSignalSpy started(&one->rolloutService(), &RolloutService::started);
    one->rolloutService().start(again, plan);
    QVERIFY(started.wait(10'000));
    const QString second = started.constFirst().constFirst().toString();
    SGN_EVENTUALLY(reached() == 1);
    QSignalSpy added(&one->commands(), &CommandLog::commandAdded);
    QVERIFY(one->rolloutService().cancel(second, u"Anna"_s));
    QCOMPARE(added.size(), 1); // the device is asked once
    SGN_EVENTUALLY(stateAt(*other, second) == RolloutState::Cancelled);
    const auto hasCancellation = [this] {
        for (int n = 1; n <= devices; ++n) {
            for (const Command &command : m_devices.at(*m_server, n).commands) {
                if (std::holds_alternative<CancelUpdate>(command.body)) {
                    return true;
                }
            }
        }
        return false;
    };
    SGN_EVENTUALLY(hasCancellation());
    QCOMPARE(reached(), 1);
}

void RolloutsTest::failedDevicesAreTriedAgain()
{
    m_isBad = true;
    auto one = desk(u"one"_s);
    QVERIFY(one);
    RolloutPlan plan = planFor({u"100%"_s});
    plan.stop.failed = Amount::percent(100);
    plan.targets.isStanding = true; // so that it doesn't end with the failures
    const QString id = begin(*one, plan);
    SGN_EVENTUALLY(one->rollouts().find(id)->progress.failed == devices);
    m_isBad = false;
    QVERIFY(one->rolloutService().retryFailed(id, u"Anna"_s));
    SGN_EVENTUALLY(one->rollouts().find(id)->progress.done == devices);
    QCOMPARE(one->rollouts().find(id)->progress.failed, 0);
    QCOMPARE(one->rollouts().waves(id).size(), 2);
    QCOMPARE(numbersAt(1).size(), 2);
}

// What had failed before an operator resumed it stops it no more.
void RolloutsTest::aStoppedOneGoesOn()
{
    m_isBad = true;
    auto one = desk(u"one"_s);
    QVERIFY(one);
    const QString id = begin(*one, planFor({u"1"_s, u"100%"_s}));
    SGN_EVENTUALLY(stateAt(*one, id) == RolloutState::Stopped);
    m_isBad = false;
    QVERIFY(one->rolloutService().retryFailed(id, u"Anna"_s));
    SGN_EVENTUALLY(stateAt(*one, id) == RolloutState::Done);
    QCOMPARE(one->rollouts().find(id)->progress.done, devices);
    QCOMPARE(one->rollouts().find(id)->progress.failed, 0);
}

void RolloutsTest::waitsForItsWindow()
{
    auto one = desk(u"one"_s);
    QVERIFY(one);
    RolloutPlan plan = planFor({u"100%"_s});
    const QTime now = m_clock.wallUtc().time();
    plan.window = Window{now.addSecs(2 * 3600), now.addSecs(3 * 3600), true, 0};
    plan.window->from.setHMS(plan.window->from.hour(), plan.window->from.minute(), 0);
    plan.window->to.setHMS(plan.window->to.hour(), plan.window->to.minute(), 0);
    const QString id = begin(*one, plan);
    SGN_EVENTUALLY(one->rollouts().find(id)->progress.waves == 1);
    const Rollout rollout = *one->rollouts().find(id);
    const auto standing = one->rolloutDriver().views().standingOf(rollout);
    QCOMPARE(standing.devices.size(), devices);
    // Devices that know only the seed report no local time, so the panel waits for them.
    for (const auto &device : standing.devices) {
        QCOMPARE(evaluate(standing.view(rollout), device.view).policy, "maintenance_window"_L1);
    }
    QCOMPARE(reached(), 0);
    // Open from now on.
    RolloutPlan open = plan;
    open.window->from = now.addSecs(-3600);
    const QString second = begin(*one, open);
    SGN_EVENTUALLY(stateAt(*one, second) == RolloutState::Done);
    QCOMPARE(reached(), devices);
}

void RolloutsTest::aServerWithoutNodesKeepsItHere()
{
    m_devices.clear();
    m_server = FleetServer::make({.privateNodes = false});
    QVERIFY(m_server->start(accounts(devices)));
    startDevices();
    auto one = desk(u"one"_s);
    QVERIFY(one);
    QCOMPARE(one->rollouts().reach(), SharedRollouts::Reach::ThisStore);
    const QString id = begin(*one, planFor({u"1"_s, u"100%"_s}));
    SGN_EVENTUALLY(stateAt(*one, id) == RolloutState::Done);
    QCOMPARE(reached(), devices);
}

QTEST_GUILESS_MAIN(RolloutsTest)
#include "tst_rollouts.moc"
