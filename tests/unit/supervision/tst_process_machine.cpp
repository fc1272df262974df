// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/ProcessMachine.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::supervision;
using namespace std::chrono_literals;
using Event = LifecycleEvent;
using Action = ProcessAction;

namespace {

constexpr MonotonicTime start = 1h;

// A machine and its time, driven by the test.
struct Driver
{
    explicit Driver(ProofOfLife proof = ProofOfLife::Heartbeats)
        : machine(SupervisionLimits(), proof, start)
    {}

    ProcessActions feed(Event event) { return machine.handle(event, now); }
    ProcessActions feedAfter(MonotonicTime wait, Event event)
    {
        now += wait;
        return feed(event);
    }
    ProcessActions feedAtDeadline()
    {
        now = std::max(now, machine.deadline().value_or(now));
        return feed(Event::DeadlineReached);
    }
    void run() // a start that shows life
    {
        feed(Event::Started);
        feed(Event::Heartbeat);
    }

    MonotonicTime now = start;
    ProcessMachine machine;
};

// Brings a new machine into a situation, by the name that the table uses.
Driver inSituation(const QByteArray &name)
{
    Driver driver;
    if (name == "fresh") {
        return driver;
    }
    if (name == "held") {
        driver.feed(Event::HoldRequested);
        return driver;
    }
    driver.feed(Event::StartRequested);
    if (name == "dead") {
        driver.feed(Event::StartFailed);
        return driver;
    }
    driver.feed(Event::Started);
    if (name == "starting") {
        return driver;
    }
    if (name == "crash loop") {
        driver.feed(Event::Exited);
        while (driver.machine.state() != ProcessState::CrashLoop) {
            driver.feedAtDeadline();
            driver.feed(Event::Started);
            driver.feed(Event::Exited);
        }
        return driver;
    }
    if (name == "back-off") {
        driver.feedAfter(10ms, Event::Exited);
        return driver;
    }
    driver.feedAfter(10ms, Event::Heartbeat);
    if (name == "hung") {
        driver.feedAtDeadline();
    } else if (name == "stopping for hold") {
        driver.feed(Event::HoldRequested);
    } else if (name == "stopping for restart") {
        driver.feed(Event::RestartRequested);
    }
    return driver;
}

struct Row
{
    const char *situation = nullptr;
    Event event = {};
    ProcessState state = {};
    ProcessActions actions;
};

const ProcessActions nothing;
using S = ProcessState;

// Every situation with every event that can come in it, a tenth of a second later or at the deadline.
const std::initializer_list<Row> table{
    {"fresh", Event::StartRequested, S::Backoff, Action::Start},
    {"fresh", Event::HoldRequested, S::Held, Action::Report},
    {"fresh", Event::RestartRequested, S::Backoff, Action::Start},
    {"fresh", Event::Started, S::Starting, Action::Report},
    {"fresh", Event::StartFailed, S::Dead, Action::Report},
    {"fresh", Event::Adopted, S::Starting, Action::Report},
    {"fresh", Event::AdoptedAnew, S::Starting, Action::Report},
    {"fresh", Event::Heartbeat, S::Backoff, nothing},
    {"fresh", Event::SignOfLife, S::Backoff, nothing},
    {"fresh", Event::Exited, S::Backoff, nothing},
    {"fresh", Event::DeadlineReached, S::Backoff, Action::Report}, // has become dead

    {"starting", Event::StartRequested, S::Starting, nothing},
    {"starting", Event::HoldRequested, S::Held, Action::Terminate | Action::Report},
    {"starting", Event::RestartRequested, S::Starting, Action::Terminate},
    {"starting", Event::Heartbeat, S::Running, Action::Report},
    {"starting", Event::SignOfLife, S::Starting, nothing},
    {"starting", Event::Exited, S::Backoff, Action::Report},
    {"starting", Event::DeadlineReached, S::Hung, Action::Terminate | Action::Report},

    {"running", Event::StartRequested, S::Running, nothing},
    {"running", Event::HoldRequested, S::Held, Action::Terminate | Action::Report},
    {"running", Event::RestartRequested, S::Starting, Action::Terminate | Action::Report},
    {"running", Event::Heartbeat, S::Running, nothing},
    {"running", Event::SignOfLife, S::Running, nothing},
    {"running", Event::Exited, S::Backoff, Action::Report},
    {"running", Event::DeadlineReached, S::Hung, Action::Terminate | Action::Report},

    {"hung", Event::StartRequested, S::Hung, nothing},
    {"hung", Event::HoldRequested, S::Held, Action::Report},
    {"hung", Event::RestartRequested, S::Starting, Action::Report},
    {"hung", Event::Heartbeat, S::Hung, nothing}, // too late
    {"hung", Event::SignOfLife, S::Hung, nothing},
    {"hung", Event::Exited, S::Backoff, Action::Start | Action::Report},
    {"hung", Event::DeadlineReached, S::Hung, Action::Kill},

    {"stopping for hold", Event::StartRequested, S::Starting, Action::Report},
    {"stopping for hold", Event::HoldRequested, S::Held, nothing},
    {"stopping for hold", Event::RestartRequested, S::Held, nothing},
    {"stopping for hold", Event::Heartbeat, S::Held, nothing},
    {"stopping for hold", Event::SignOfLife, S::Held, nothing},
    {"stopping for hold", Event::Exited, S::Held, nothing},
    {"stopping for hold", Event::DeadlineReached, S::Held, Action::Kill},

    {"stopping for restart", Event::StartRequested, S::Starting, nothing},
    {"stopping for restart", Event::HoldRequested, S::Held, Action::Report},
    {"stopping for restart", Event::RestartRequested, S::Starting, nothing},
    {"stopping for restart", Event::Heartbeat, S::Starting, nothing},
    {"stopping for restart", Event::Exited, S::Backoff, Action::Report}, // a second after the start at the earliest
    {"stopping for restart", Event::DeadlineReached, S::Starting, Action::Kill},

    {"back-off", Event::StartRequested, S::Backoff, nothing}, // likewise
    {"back-off", Event::HoldRequested, S::Held, Action::Report},
    {"back-off", Event::RestartRequested, S::Backoff, nothing},
    {"back-off", Event::Started, S::Starting, Action::Report},
    {"back-off", Event::StartFailed, S::Dead, Action::Report},
    {"back-off", Event::Adopted, S::Starting, Action::Report},
    {"back-off", Event::AdoptedAnew, S::Starting, Action::Report},
    {"back-off", Event::Heartbeat, S::Backoff, nothing},
    {"back-off", Event::SignOfLife, S::Backoff, nothing},
    {"back-off", Event::Exited, S::Backoff, nothing},
    {"back-off", Event::DeadlineReached, S::Backoff, Action::Start},

    {"crash loop", Event::StartRequested, S::Backoff, Action::Report},
    {"crash loop", Event::HoldRequested, S::Held, Action::Report},
    {"crash loop", Event::RestartRequested, S::Backoff, Action::Report},
    {"crash loop", Event::Started, S::CrashLoop, nothing}, // no news until it shows life
    {"crash loop", Event::StartFailed, S::Dead, Action::Report},
    {"crash loop", Event::Adopted, S::CrashLoop, nothing},
    {"crash loop", Event::AdoptedAnew, S::CrashLoop, nothing},
    {"crash loop", Event::Heartbeat, S::CrashLoop, nothing},
    {"crash loop", Event::SignOfLife, S::CrashLoop, nothing},
    {"crash loop", Event::Exited, S::CrashLoop, nothing},

    {"dead", Event::StartRequested, S::Backoff, Action::Report},
    {"dead", Event::HoldRequested, S::Held, Action::Report},
    {"dead", Event::RestartRequested, S::Backoff, Action::Report},
    {"dead", Event::Started, S::Starting, Action::Report},
    {"dead", Event::StartFailed, S::Dead, nothing},
    {"dead", Event::Adopted, S::Starting, Action::Report},
    {"dead", Event::AdoptedAnew, S::Starting, Action::Report},
    {"dead", Event::Heartbeat, S::Dead, nothing},
    {"dead", Event::SignOfLife, S::Dead, nothing},
    {"dead", Event::Exited, S::Dead, nothing},
    {"dead", Event::DeadlineReached, S::Dead, Action::Start},

    {"held", Event::StartRequested, S::Backoff, Action::Start | Action::Report},
    {"held", Event::HoldRequested, S::Held, nothing},
    {"held", Event::RestartRequested, S::Held, nothing},
    {"held", Event::Adopted, S::Held, Action::Terminate},     // another program has started it
    {"held", Event::AdoptedAnew, S::Held, Action::Terminate}, // another program has started it
    {"held", Event::Heartbeat, S::Held, nothing},
    {"held", Event::SignOfLife, S::Held, nothing},
    {"held", Event::Exited, S::Held, nothing},
    {"held", Event::DeadlineReached, S::Held, Action::Report}, // has become dead
};

} // namespace

class TestProcessMachine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersEveryEventInEverySituation_data()
    {
        QTest::addColumn<QByteArray>("situation");
        QTest::addColumn<int>("event");
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("actions");
        for (const Row &row : table) {
            QTest::addRow("%s, event %d", row.situation, static_cast<int>(row.event))
                << QByteArray(row.situation) << static_cast<int>(row.event) << static_cast<int>(row.state)
                << static_cast<int>(row.actions);
        }
    }

    void answersEveryEventInEverySituation()
    {
        QFETCH(const QByteArray, situation);
        QFETCH(const int, event);
        QFETCH(const int, state);
        QFETCH(const int, actions);
        Driver driver = inSituation(situation);
        const auto what = static_cast<Event>(event);
        const ProcessActions done =
            what == Event::DeadlineReached ? driver.feedAtDeadline() : driver.feedAfter(100ms, what);
        QCOMPARE(static_cast<int>(done), actions);
        QCOMPARE(static_cast<int>(driver.machine.state()), state);
    }

    void startsAgainAtOnceWhatHasBeenUpForASecond()
    {
        Driver driver;
        driver.run();
        QVERIFY(driver.feedAfter(1s, Event::Exited).testFlag(Action::Start));
    }

    void waitsForASecondSinceTheLastStart()
    {
        Driver driver;
        driver.run();
        QVERIFY(!driver.feedAfter(300ms, Event::Exited).testFlag(Action::Start));
        QCOMPARE(driver.machine.deadline(), start + 1s);
        QVERIFY(!driver.feedAfter(699ms, Event::DeadlineReached).testFlag(Action::Start));
        QVERIFY(driver.feedAfter(1ms, Event::DeadlineReached).testFlag(Action::Start));
    }

    void doublesTheBackoffUpToTheCrashLoop()
    {
        Driver driver;
        QList<MonotonicTime> waits;
        for (int i = 0; i < 4; ++i) {
            driver.run();
            driver.feedAfter(2s, Event::Exited);
            waits += std::max(MonotonicTime(0), *driver.machine.deadline() - driver.now);
            driver.feedAtDeadline();
        }
        QCOMPARE(driver.machine.state(), ProcessState::Backoff);
        // The first went on at once, its deadline is the one after which it counts as dead.
        QCOMPARE(waits.mid(1), (QList<MonotonicTime>{1s, 2s, 4s}));
        driver.run();
        driver.feedAfter(2s, Event::Exited);
        QCOMPARE(driver.machine.state(), ProcessState::CrashLoop);
    }

    void startsAgainAtOnceWhatHasWorkedForAWhile()
    {
        Driver driver;
        for (int i = 0; i < 2; ++i) { // the second waits
            driver.run();
            driver.feedAfter(2s, Event::Exited);
            driver.feedAtDeadline();
        }
        for (int i = 0; i < 2; ++i) {
            driver.run();
            QVERIFY(driver.feedAfter(10s, Event::Exited).testFlag(Action::Start));
        }
        // The fifth end in five minutes is a crash loop all the same.
        driver.run();
        driver.feedAfter(10s, Event::Exited);
        QCOMPARE(driver.machine.state(), ProcessState::CrashLoop);
    }

    void waitsWithWhatHasWorkedTooShort()
    {
        Driver driver;
        driver.run();
        QVERIFY(driver.feedAfter(9s, Event::Exited).testFlag(Action::Start));
        driver.run();
        QVERIFY(!driver.feedAfter(9'999ms, Event::Exited).testFlag(Action::Start));
        // One that ran for long without a heartbeat has not worked.
        Driver silent;
        silent.feed(Event::Started);
        QVERIFY(silent.feedAfter(20s, Event::Exited).testFlag(Action::Start));
        silent.feed(Event::Started);
        QVERIFY(!silent.feedAfter(20s, Event::Exited).testFlag(Action::Start));
    }

    void triesOnceAMinuteInACrashLoop()
    {
        Driver driver = inSituation("crash loop");
        for (int i = 0; i < 10; ++i) {
            const MonotonicTime before = driver.now;
            while (!driver.feedAtDeadline().testFlag(Action::Start)) {
            }
            QVERIFY(driver.now - before >= 59s);
            QVERIFY(driver.now - before <= 60s);
            driver.feed(Event::Started);
            driver.feedAfter(100ms, Event::Exited);
            QCOMPARE(driver.machine.state(), ProcessState::CrashLoop);
        }
    }

    void leavesTheCrashLoopAfterAMinuteOfLife()
    {
        Driver driver = inSituation("crash loop");
        while (!driver.feedAtDeadline().testFlag(Action::Start)) {
        }
        driver.feed(Event::Started);
        QVERIFY(driver.feed(Event::Heartbeat).testFlag(Action::Report));
        QCOMPARE(driver.machine.state(), ProcessState::Running);
        for (int i = 0; i < 20; ++i) { // past the window
            driver.feedAfter(20s, Event::Heartbeat);
        }
        QVERIFY(driver.feed(Event::Exited).testFlag(Action::Start));
        QCOMPARE(driver.machine.state(), ProcessState::Backoff);
    }

    void forgetsFailuresWhenStartedByRequest()
    {
        Driver driver = inSituation("crash loop");
        driver.feed(Event::HoldRequested);
        driver.feedAfter(2s, Event::StartRequested);
        driver.run();
        QVERIFY(driver.feedAfter(2s, Event::Exited).testFlag(Action::Start));
        QCOMPARE(driver.machine.state(), ProcessState::Backoff);
    }

    void endsWhatIsSilentByTermThenKill()
    {
        Driver driver;
        driver.run();
        driver.feedAfter(59s, Event::DeadlineReached);
        QCOMPARE(driver.machine.state(), ProcessState::Running);
        QVERIFY(driver.feedAfter(1s, Event::DeadlineReached).testFlag(Action::Terminate));
        QVERIFY(!driver.feedAfter(9s, Event::DeadlineReached).testFlag(Action::Kill));
        QVERIFY(driver.feedAfter(1s, Event::DeadlineReached).testFlag(Action::Kill));
        QVERIFY(driver.feedAfter(10s, Event::DeadlineReached).testFlag(Action::Kill));
        QVERIFY(!driver.machine.exitIsWanted());
    }

    void ahangThatNeverShowedLifeBacksOff()
    {
        Driver driver;
        for (int i = 0; i < 2; ++i) {
            driver.feed(Event::Started);
            driver.feedAtDeadline();
            const bool atOnce = driver.feedAfter(1s, Event::Exited).testFlag(Action::Start);
            QCOMPARE(atOnce, i == 0);
        }
    }

    void isDeadAfterAMinuteWithoutProof()
    {
        Driver driver;
        driver.run();
        driver.feedAfter(10s, Event::Heartbeat);
        driver.feedAfter(10s, Event::HoldRequested);
        driver.feedAfter(1s, Event::Exited);
        driver.now += 58s;
        QVERIFY(!driver.machine.isDead(driver.now));
        QCOMPARE(driver.feedAtDeadline(), ProcessActions(Action::Report));
        QVERIFY(driver.machine.isDead(driver.now));
        QCOMPARE(driver.now, start + 80s); // it was known to run when the hold came
        QVERIFY(!driver.machine.deadline());
    }

    void oneThatHungIsDeadFromItsLastHeartbeatOn()
    {
        Driver driver;
        driver.run();
        driver.feedAtDeadline();
        QCOMPARE(driver.machine.state(), ProcessState::Hung);
        QCOMPARE(driver.now, start + 60s);
        QVERIFY(driver.machine.isDead(driver.now));
    }

    void aRestartWithinAMinuteIsNoDeath()
    {
        Driver driver;
        driver.run();
        driver.feedAfter(30s, Event::Exited);
        driver.feed(Event::Started);
        driver.feedAfter(59s, Event::Heartbeat);
        QVERIFY(!driver.machine.isDead(driver.now));
        QCOMPARE(driver.machine.state(), ProcessState::Running);
    }

    void aStartHasALimitOfItsOwn()
    {
        Driver driver;
        driver.feed(Event::StartRequested);
        driver.feed(Event::Started);
        driver.feedAfter(299s, Event::DeadlineReached);
        QCOMPARE(driver.machine.state(), ProcessState::Starting);
        QVERIFY(!driver.machine.isDead(driver.now));
        QVERIFY(driver.feedAfter(1s, Event::DeadlineReached).testFlag(Action::Terminate));
        QVERIFY(driver.machine.isDead(driver.now));
    }

    void onceStartedItMayBeSilentForAMinute()
    {
        Driver driver;
        driver.feed(Event::Started);
        driver.feedAfter(80s, Event::Heartbeat);
        QCOMPARE(driver.machine.state(), ProcessState::Running);
        QCOMPARE(driver.machine.deadline(), std::optional(driver.now + 60s));
    }

    void oneThatFailsAgainAndAgainIsDeadAfterAMinute()
    {
        Driver driver;
        driver.feed(Event::StartRequested);
        driver.feed(Event::Started);
        driver.feedAfter(10s, Event::Exited);
        driver.feed(Event::Started);
        driver.feedAfter(50s, Event::DeadlineReached);
        QVERIFY(driver.machine.isDead(driver.now));
        QCOMPARE(driver.machine.state(), ProcessState::Starting); // but has its time all the same
        QCOMPARE(driver.machine.deadline(), std::optional(start + 310s));
    }

    void anAdoptedOneHasWhatIsLeftOfItsStart()
    {
        Driver old;
        old.feed(Event::Adopted);
        QCOMPARE(old.machine.deadline(), std::optional(start + 60s));
        Driver recent;
        recent.feed(Event::AdoptedAnew);
        QCOMPARE(recent.machine.deadline(), std::optional(start + 300s));
    }

    void aSignOfLifeConfirmsNothing()
    {
        Driver driver;
        driver.feed(Event::StartRequested);
        driver.feed(Event::Started);
        for (int i = 0; i < 30; ++i) {
            driver.feedAfter(20s, Event::SignOfLife);
            QCOMPARE(driver.machine.state(), ProcessState::Starting);
            QVERIFY(!driver.machine.isDead(driver.now));
        }
        QCOMPARE(driver.machine.deadline(), std::optional(driver.now + 60s));
        QVERIFY(driver.feedAtDeadline().testFlag(Action::Terminate));
    }

    void aSignOfLifeKeepsWhatRunsAlive()
    {
        Driver driver;
        driver.run();
        driver.feedAfter(50s, Event::SignOfLife);
        QCOMPARE(driver.machine.deadline(), std::optional(driver.now + 60s));
        QCOMPARE(driver.machine.state(), ProcessState::Running);
    }

    void newLimitsHoldFromTheNextHeartbeatOn()
    {
        Driver driver;
        driver.run();
        SupervisionLimits limits;
        limits.heartbeatTimeout = 120s;
        driver.machine.setLimits(limits);
        QCOMPARE(driver.machine.deadline(), std::optional(start + 60s));
        driver.feed(Event::Heartbeat);
        QCOMPARE(driver.machine.deadline(), std::optional(start + 120s));
    }

    void aSingleHelloIsEnoughForTheAgent()
    {
        Driver driver(ProofOfLife::HelloOnce);
        driver.run();
        QVERIFY(!driver.machine.deadline());
        driver.now += 24h;
        QCOMPARE(driver.feed(Event::DeadlineReached), nothing);
        QCOMPARE(driver.machine.state(), ProcessState::Running);
    }

    void anAgentWithoutHelloIsRestarted()
    {
        Driver driver(ProofOfLife::HelloOnce);
        driver.feed(Event::Started);
        QVERIFY(driver.feedAtDeadline().testFlag(Action::Terminate));
        QCOMPARE(driver.now, start + 60s);
    }

    void dividesAllTimesForTests()
    {
        const SupervisionLimits fast = SupervisionLimits().fasterBy(20);
        QCOMPARE(fast.heartbeatTimeout, 3s);
        QCOMPARE(fast.stopGrace, 500ms);
        QCOMPARE(fast.crashWindow, 15s);
        QCOMPARE(fast.crashCount, 5);
    }
};

QTEST_GUILESS_MAIN(TestProcessMachine)
#include "tst_process_machine.moc"
