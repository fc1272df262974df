// SPDX-License-Identifier: GPL-3.0-or-later
// Rollouts in worlds where desks are killed at any moment, links are cut and devices fail or stay away: none starts
// while as many as may are at it, none twice, every rollout ends, and all desks show the same. SGN_SEED runs one world.
#include "core/CommandLog.h"
#include "core/Fleet.h"
#include "core/ItemExchange.h"
#include "core/RolloutDriver.h"
#include "core/SharedRollouts.h"
#include "support/ManualClock.h"
#include "support/MemoryCommandStore.h"
#include "support/MemoryItemStore.h"
#include "support/Sanitizer.h"

#include <functional>
#include <map>
#include <QCoreApplication>
#include <QPointer>
#include <QTest>
#include <random>
#include <set>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::rollouts;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using sgn::test::MemoryCommandStore;

namespace {

using Span = std::chrono::milliseconds;
constexpr Span step = 1s;
constexpr Span longestCut = 5min;
// From a desk's decision to the device, at most.
constexpr Span underway = 5s;
constexpr int newVersion = 4;

class World;

// A desk's link to the account's nodes.
class Link final : public ItemExchange
{
    Q_OBJECT

public:
    Link(World &world, QString name)
        : m_world(world)
        , m_name(std::move(name))
    {}

    bool isOnline() const override { return isUp; }
    QString self() const override { return m_name; }
    void fetch(const QString &node, const QStringList &ids, xmpp::PrivateNodes::Fetched fetched) override;
    void publish(const QString &node, const xmpp::PrivateItem &item, int, xmpp::PrivateNodes::Done done) override;
    void retract(const QString &, const QString &) override {}

    bool isUp = false;

private:
    World &m_world;
    QString m_name;
};

struct Desk
{
    QString name;
    std::shared_ptr<MemoryCommandStore> commandStore;
    std::shared_ptr<test::MemoryItemStore> itemStore;
    std::unique_ptr<Link> link;
    std::unique_ptr<Fleet> fleet;
    std::unique_ptr<CommandLog> commands;
    std::unique_ptr<SharedRollouts> rollouts;
    std::unique_ptr<RolloutDriver> driver;
};

struct Device
{
    QString jid;
    bool isOnline = true;
    bool isDead = false; // without power, until an order of the test
    MonotonicTime leftAt{};
    MonotonicTime backAt{};
    int version = 3;
    std::set<CommandNo> numbers; // that were sent to it
    std::set<CommandNo> done;
    QList<Command> waiting; // while it was offline
};

// What was sent, for desks that come later.
struct Past
{
    std::function<void(Desk &, bool isLive)> tell;
};

struct Rules
{
    int devices = 60;
    int failing = 0;    // of a hundred tries
    bool isBad = false; // the release fails everywhere
    bool hasKills = true;
    int inFlight = 7;
    bool isCalm = false; // nothing happens but what the test orders
    int dying = 0;       // of those that are reached first: their power is cut
    int healthy = 80;    // percent, of the gate
};

class World
{
public:
    World(unsigned seed, const Rules &rules)
        : m_rules(rules)
        , m_random(seed)
        , m_isCalm(rules.isCalm)
    {
        for (int n = 0; n < rules.devices; ++n) {
            Device device;
            device.jid = u"meter%1@localhost"_s.arg(n);
            device.isOnline = chance(90);
            m_devices[device.jid] = device;
        }
        openDesk();
        openDesk();
    }
    ~World() { m_events.clear(); }

    void run(Span length);
    void startRollout();
    // Nothing disturbs it any more, and every link comes back.
    void calmDown();
    // They get power again.
    void reviveDead();
    enum class Victims { None, Driver, All };
    // Where no desk is left, a new one is started.
    void killDesks(Victims victims);

    // By every desk that is up.
    QList<Rollout> seen() const;
    // How many held a place when one started, that one included: the most in all of the time. Devices that come back
    // after a long absence wait for no desk, so that more than allowed may then be at it; but no other one may start.
    int mostAtAStart() const { return m_mostAtAStart; }
    int inFlight() const { return static_cast<int>(m_inFlight.size()); }
    int sentTo() const;
    int updated() const;
    QString firstDeviceWithTwo() const;

private:
    friend class Link;

    bool chance(int percent) { return static_cast<int>(m_random() % 100) < percent; }
    Span within(Span most) { return Span(static_cast<qint64>(m_random() % static_cast<unsigned>(most.count() + 1))); }
    void later(Span delay, std::function<void()> what)
    {
        m_events.emplace(m_clock.monotonic() + delay, std::move(what));
    }
    void happen();

    void openDesk(const Desk *before = nullptr);
    void connectDesk(Desk &desk);
    void disturb();
    void setOnline(Device &device, bool isOnline);
    bool holdsPlace(const Device &device) const;
    void sendQueued(Desk &desk, CommandNo number);
    void reachDevice(const QString &jid, const Command &command, const QString &from);
    void work(Device &device, const Command &command);
    void remember(const std::function<void(Desk &, bool)> &what);
    VersionReport reportOf(const Device &device) const;

    Rules m_rules;
    std::mt19937 m_random;
    test::ManualClock m_clock;
    std::multimap<MonotonicTime, std::function<void()>> m_events;
    std::map<QString, Device> m_devices;
    std::map<QString, std::map<QString, QByteArray>> m_nodes;
    std::vector<std::unique_ptr<Desk>> m_desks;
    QList<Past> m_past;
    std::set<std::pair<QString, CommandNo>> m_inFlight;
    bool m_isCalm = false;
    int m_mostAtAStart = 0;
    int m_names = 0;
};

void Link::fetch(const QString &node, const QStringList &ids, xmpp::PrivateNodes::Fetched fetched)
{
    m_world.later(m_world.within(300ms), [link = QPointer<Link>(this), node, ids, fetched = std::move(fetched)] {
        if (!link) {
            return;
        }
        QList<xmpp::PrivateItem> items;
        for (const auto &[id, json] : link->m_world.m_nodes[node]) {
            if (ids.isEmpty() || ids.contains(id)) {
                items += {id, json};
            }
        }
        fetched(link->isUp ? Result<QList<xmpp::PrivateItem>>(items) : fail(ErrorCode::Network, u"cut"_s));
    });
}

void Link::publish(const QString &node, const xmpp::PrivateItem &item, int, xmpp::PrivateNodes::Done done)
{
    World &world = m_world;
    world.later(world.within(300ms), [&world, link = QPointer<Link>(this), node, item, done = std::move(done)] {
        // What a killed desk has written last may have left it or not.
        if (!link && world.chance(50)) {
            return;
        }
        world.m_nodes[node][item.id] = item.json;
        for (const auto &desk : world.m_desks) {
            if (desk->link->isUp) {
                Q_EMIT desk->link->published(node, item);
            }
        }
        if (link && done) {
            done(Outcome());
        }
    });
}

void World::openDesk(const Desk *before)
{
    auto desk = std::make_unique<Desk>();
    desk->name = u"panel@localhost/%1"_s.arg(++m_names);
    const bool keepsStore = before && chance(50);
    desk->commandStore = keepsStore ? before->commandStore : std::make_shared<MemoryCommandStore>();
    desk->itemStore = keepsStore ? before->itemStore : std::make_shared<test::MemoryItemStore>();
    desk->link = std::make_unique<Link>(*this, desk->name);
    desk->fleet = std::make_unique<Fleet>(m_clock);
    desk->commands = std::make_unique<CommandLog>(*desk->commandStore, m_clock, CommandNumbers([this] {
        return CommandNo{1'000'000} + CommandNo(m_random() % 1'000'000'000);
    }));
    desk->rollouts = std::make_unique<SharedRollouts>(*desk->link, *desk->itemStore, m_clock);
    desk->driver = std::make_unique<RolloutDriver>(
        RolloutDriver::Parts{*desk->fleet, *desk->commands, *desk->rollouts, *desk->link, m_clock,
                             [name = desk->name] { return name; }, [] { return true; },
                             [](CommandNo, const QString &) {
                             }},
        RolloutDriver::Timing{});
    desk->commands->restore();
    desk->rollouts->restore();
    Desk *made = desk.get();
    QObject::connect(desk->commands.get(), &CommandLog::targetsQueued, desk->link.get(),
                     [this, made](CommandNo number) { sendQueued(*made, number); });
    m_desks.push_back(std::move(desk));
    connectDesk(*made);
}

// After a login: who is online, then what the archive has.
void World::connectDesk(Desk &desk)
{
    desk.link->isUp = true;
    desk.fleet->beginPresence();
    for (const auto &[jid, device] : m_devices) {
        desk.fleet->add(jid);
        desk.fleet->setPresence(jid, device.isOnline);
        const Span since = device.isOnline ? 0ms : m_clock.monotonic() - device.leftAt;
        desk.fleet->apply(jid, reportOf(device), {m_clock.wallUtc().addDuration(-since), false});
    }
    desk.fleet->settlePresence();
    for (const Past &past : std::as_const(m_past)) {
        past.tell(desk, false);
    }
    desk.fleet->flush();
    Q_EMIT desk.link->cameOnline();
    for (const auto &[jid, device] : m_devices) {
        if (device.isOnline) {
            later(within(10s), [link = QPointer<Link>(desk.link.get()), &desk, jid = jid] {
                if (link && link->isUp) {
                    desk.driver->noteReport(jid);
                }
            });
        }
    }
}

void World::remember(const std::function<void(Desk &, bool)> &what)
{
    m_past += Past{what};
    for (const auto &desk : m_desks) {
        if (desk->link->isUp) {
            what(*desk, true);
        }
    }
}

VersionReport World::reportOf(const Device &device) const
{
    VersionReport report;
    report.from = device.jid;
    ProcessReport process;
    process.name = u"ocr"_s;
    process.version = device.version;
    report.processes = {process};
    report.facts.agentVersion = 1;
    return report;
}

void World::sendQueued(Desk &desk, CommandNo number)
{
    const Command command = desk.commands->find(number)->command;
    const QList<records::CommandTarget> targets = desk.commands->targets(number);
    for (const records::CommandTarget &target : targets) {
        if (target.state != records::TargetState::Queued || target.attempts > 0) {
            continue;
        }
        desk.commands->markHandedOver(number, target.jid);
        later(within(500ms),
              [this, link = QPointer<Link>(desk.link.get()), jid = target.jid, command, from = desk.name] {
                  if (link || chance(50)) {
                      reachDevice(jid, command, from);
                  }
              });
    }
}

// The server has it.
void World::reachDevice(const QString &jid, const Command &command, const QString &from)
{
    Device &device = m_devices[jid];
    if (device.numbers.insert(*command.number).second) {
        m_inFlight.insert({jid, *command.number});
        const auto holding = std::ranges::count_if(
            m_inFlight, [this](const auto &each) { return holdsPlace(m_devices.at(each.first)); });
        m_mostAtAStart = std::max(m_mostAtAStart, static_cast<int>(holding));
    }
    const QDateTime stamp = m_clock.wallUtc();
    remember([jid, command, stamp, from](Desk &desk, bool) { desk.commands->observe(command, jid, stamp, from); });
    if (m_rules.dying > 0) {
        --m_rules.dying;
        device.isDead = true;
        setOnline(device, false);
    }
    if (device.isOnline) {
        work(device, command);
    } else {
        device.waiting += command;
    }
}

void World::setOnline(Device &device, bool isOnline)
{
    if (device.isOnline != isOnline) {
        device.isOnline = isOnline;
        if (isOnline) {
            device.backAt = m_clock.monotonic();
        } else if (m_clock.monotonic() - device.backAt > longestCut) {
            // One that comes for less may leave unseen by a desk whose link is cut: one absence for that desk.
            device.leftAt = m_clock.monotonic();
        }
    }
    for (const auto &desk : m_desks) {
        if (desk->link->isUp) {
            desk->fleet->setPresence(device.jid, isOnline);
            desk->driver->noteReport(device.jid);
        }
    }
    for (const Command &command : device.isOnline ? std::exchange(device.waiting, {}) : QList<Command>()) {
        work(device, command);
    }
}

bool World::holdsPlace(const Device &device) const
{
    if (!device.isOnline) {
        return m_clock.monotonic() - device.leftAt < placeKeptFor;
    }
    // While it comes back, another one may be on its way to the place that was free.
    return device.backAt - device.leftAt < placeKeptFor || m_clock.monotonic() - device.backAt > underway;
}

void World::work(Device &device, const Command &command)
{
    if (device.done.contains(*command.number)) {
        return; // a device answers a repeat from its record
    }
    device.done.insert(*command.number);
    later(5s + within(60s), [this, &device, command] {
        CommandResult result;
        result.number = *command.number;
        result.from = device.jid;
        result.success = !m_rules.isBad && !chance(m_rules.failing);
        result.request = command.request;
        if (result.success) {
            device.version = newVersion;
        }
        m_inFlight.erase({device.jid, *command.number});
        const QDateTime stamp = m_clock.wallUtc();
        const VersionReport report = reportOf(device);
        remember([jid = device.jid, result, report, stamp](Desk &desk, bool isLive) {
            desk.commands->apply(jid, result, {stamp, isLive});
            desk.fleet->apply(jid, report, {stamp, isLive});
            if (isLive) {
                desk.driver->noteReport(jid);
            }
            desk.fleet->flush();
        });
    });
}

void World::disturb()
{
    if (m_isCalm) {
        return;
    }
    later(5s + within(90s), [this] { disturb(); });
    auto device = std::next(m_devices.begin(), static_cast<qint64>(m_random() % m_devices.size()));
    if (!device->second.isDead) {
        setOnline(device->second, !device->second.isOnline || chance(50));
    }
    if (!m_rules.hasKills) {
        return;
    }
    const std::size_t victim = m_random() % m_desks.size();
    if (chance(30)) { // killed, and started again
        const std::unique_ptr<Desk> gone = std::move(m_desks[victim]);
        m_desks.erase(m_desks.begin() + static_cast<std::ptrdiff_t>(victim));
        openDesk(gone.get());
    } else if (chance(20) && m_desks[victim]->link->isUp) { // its link is cut for a while
        Desk *cut = m_desks[victim].get();
        cut->link->isUp = false;
        later(10s + within(3min), [this, link = QPointer<Link>(cut->link.get()), cut] {
            if (link) {
                connectDesk(*cut);
            }
        });
    }
}

void World::startRollout()
{
    Desk &desk = *m_desks.front();
    Rollout rollout;
    rollout.id = u"r1"_s;
    rollout.plan.targets.all = true;
    rollout.plan.inFlight = m_rules.inFlight;
    rollout.plan.gate.soak = 60s;
    rollout.plan.gate.healthy = Amount::percent(m_rules.healthy);
    rollout.plan.stop.failed = Amount::percent(30);
    rollout.plan.stop.vanished = Amount::percent(60);
    rollout.plan.notAfter = m_clock.wallUtc().addDuration(4h);
    rollout.release.url = QUrl(u"https://example.org/a.zip"_s);
    rollout.release.processes = {{u"ocr"_s, newVersion}};
    rollout.createdAt = m_clock.wallUtc();
    rollout.wish.since = rollout.createdAt;
    QVERIFY(desk.rollouts->add(rollout));
    desk.driver->takeNew(rollout.id);
    later(1min, [this] { disturb(); });
}

void World::happen()
{
    while (!m_events.empty() && m_events.begin()->first <= m_clock.monotonic()) {
        const auto what = m_events.begin()->second;
        m_events.erase(m_events.begin());
        what();
    }
}

void World::run(Span length)
{
    for (const MonotonicTime end = m_clock.monotonic() + length; m_clock.monotonic() < end;) {
        m_clock.advance(step);
        happen();
        for (const auto &desk : m_desks) {
            desk->driver->look();
        }
        QCoreApplication::processEvents();
    }
}

void World::calmDown()
{
    m_isCalm = true;
    run(longestCut);
}

void World::reviveDead()
{
    for (auto &[jid, device] : m_devices) {
        if (std::exchange(device.isDead, false)) {
            setOnline(device, true);
        }
    }
}

void World::killDesks(Victims victims)
{
    const auto isHit = [victims](const std::unique_ptr<Desk> &desk) {
        return victims == Victims::All || (victims == Victims::Driver && desk->driver->drives(u"r1"_s));
    };
    std::erase_if(m_desks, isHit);
    if (m_desks.empty()) {
        openDesk();
    }
}

QList<Rollout> World::seen() const
{
    QList<Rollout> seen;
    for (const auto &desk : m_desks) {
        const Rollout *rollout = desk->rollouts->find(u"r1"_s);
        if (desk->link->isUp) {
            seen += rollout ? *rollout : Rollout();
        }
    }
    return seen;
}

int World::sentTo() const
{
    return static_cast<int>(std::ranges::count_if(m_devices, [](const auto &d) { return !d.second.numbers.empty(); }));
}

int World::updated() const
{
    return static_cast<int>(
        std::ranges::count_if(m_devices, [](const auto &d) { return d.second.version == newVersion; }));
}

QString World::firstDeviceWithTwo() const
{
    const auto it = std::ranges::find_if(m_devices, [](const auto &d) { return d.second.numbers.size() > 1; });
    return it == m_devices.end() ? QString() : it->first;
}

} // namespace

class RolloutSimulation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void endsWhateverHappens_data();
    void endsWhateverHappens();
    void reachesEveryDevice();
    void goesOnWithoutOneThatStaysAway();
    void aShortAbsenceCostsNoPlace_data();
    void aShortAbsenceCostsNoPlace();
    void oneThatComesBackHoldsAPlace();
    void aBadReleaseStopsAtItsCanaries();
    void manyDevices();
};

void RolloutSimulation::endsWhateverHappens_data()
{
    QTest::addColumn<unsigned>("seed");
    const bool isOne = qEnvironmentVariableIsSet("SGN_SEED");
    const unsigned first = isOne ? qEnvironmentVariable("SGN_SEED").toUInt() : 1;
    const unsigned count = isOne ? 1 : test::isSanitized ? 3 : 20;
    for (unsigned seed = first; seed < first + count; ++seed) {
        QTest::addRow("seed %u", seed) << seed;
    }
}

void RolloutSimulation::endsWhateverHappens()
{
    QFETCH(const unsigned, seed);
    World world(seed, {.failing = static_cast<int>(seed % 3) * 8, .dying = static_cast<int>(seed % 2)});
    world.startRollout();
    world.run(5h);
    world.calmDown();
    QVERIFY2(world.mostAtAStart() <= 7, qPrintable(QString::number(world.mostAtAStart())));
    QVERIFY2(world.firstDeviceWithTwo().isEmpty(), qPrintable(world.firstDeviceWithTwo()));
    const QList<Rollout> seen = world.seen();
    QCOMPARE(seen.size(), 2);
    for (const Rollout &rollout : seen) {
        QVERIFY2(isEnded(rollout.state()), qPrintable(QString(nameOf(rollout.state()))));
        QCOMPARE(rollout.progress, seen.constFirst().progress);
    }
}

void RolloutSimulation::reachesEveryDevice()
{
    World world(1, {.hasKills = false});
    world.startRollout();
    world.run(4h + 10min);
    QVERIFY2(world.updated() >= 50, qPrintable(QString::number(world.updated()))); // some stay offline
    QVERIFY(world.sentTo() - world.updated() < 5);                                 // on their way, and offline
    QVERIFY(world.mostAtAStart() == 7);
    QVERIFY(isEnded(world.seen().constFirst().state()));
}

// It loses its power in the middle of the update, and holds the only place there is.
void RolloutSimulation::goesOnWithoutOneThatStaysAway()
{
    for (unsigned seed = 1; seed < 6; ++seed) {
        World world(seed, {.devices = 20, .inFlight = 1, .isCalm = true, .dying = 1, .healthy = 60});
        world.startRollout();
        world.run(3h);
        QVERIFY2(world.sentTo() >= 15, qPrintable(QString::number(world.sentTo()))); // some are offline
        QCOMPARE(world.updated(), world.sentTo() - 1);
        QCOMPARE(world.mostAtAStart(), 1);
        QCOMPARE(world.seen().constFirst().state(), RolloutState::Running); // it is still awaited
        world.reviveDead();
        world.run(10min);
        QCOMPARE(world.updated(), world.sentTo());
        QVERIFY(world.firstDeviceWithTwo().isEmpty());
    }
}

void RolloutSimulation::aShortAbsenceCostsNoPlace_data()
{
    using Victims = World::Victims;
    QTest::addColumn<Victims>("killed"); // 14 minutes after a device has left
    QTest::addColumn<int>("kept");       // minutes from then on for which it keeps its place
    QTest::addColumn<int>("free");       // minutes after which another one has it
    QTest::newRow("the desk that drives has seen it go") << Victims::None << 0 << 2;
    QTest::newRow("another desk takes over, which has seen it go") << Victims::Driver << 0 << 4;
    QTest::newRow("a desk takes over that has just started") << Victims::All << 14 << 17;
}

void RolloutSimulation::aShortAbsenceCostsNoPlace()
{
    QFETCH(const World::Victims, killed);
    QFETCH(const int, kept);
    QFETCH(const int, free);
    World world(1, {.devices = 20, .inFlight = 1, .isCalm = true, .dying = 1});
    world.startRollout();
    for (int n = 0; n < 60 && world.sentTo() == 0; ++n) {
        world.run(step);
    }
    QCOMPARE(world.sentTo(), 1);
    world.run(14min);
    QCOMPARE(world.sentTo(), 1);
    world.killDesks(killed);
    world.run(std::chrono::minutes(kept));
    QCOMPARE(world.sentTo(), 1);
    world.run(std::chrono::minutes(free - kept));
    QVERIFY(world.sentTo() > 1);
    QCOMPARE(world.mostAtAStart(), 1);
}

void RolloutSimulation::oneThatComesBackHoldsAPlace()
{
    World world(1, {.devices = 20, .inFlight = 1, .isCalm = true, .dying = 1});
    world.startRollout();
    for (int n = 0; n < 20 * 60 && world.sentTo() < 2; ++n) {
        world.run(step);
    }
    QCOMPARE(world.sentTo(), 2);
    world.reviveDead();
    for (int n = 0; n < 5 * 60 && world.inFlight() > 0; ++n) {
        QCOMPARE(world.sentTo(), 2); // also when the first of the two is done
        world.run(step);
    }
    world.run(10s);
    QCOMPARE(world.sentTo(), 3);
    QVERIFY(world.firstDeviceWithTwo().isEmpty());
}

void RolloutSimulation::aBadReleaseStopsAtItsCanaries()
{
    for (unsigned seed = 1; seed < 6; ++seed) {
        World world(seed, {.isBad = true});
        world.startRollout();
        world.run(1h);
        QCOMPARE(world.sentTo(), 3);
        QCOMPARE(world.updated(), 0);
        for (const Rollout &rollout : world.seen()) {
            QCOMPARE(rollout.state(), RolloutState::Stopped);
            QCOMPARE(rollout.progress.why.constFirst().code, records::FactCode::RolloutFailures);
        }
    }
}

void RolloutSimulation::manyDevices()
{
    World world(3, {.devices = test::isSanitized ? 200 : 2'000, .inFlight = 200});
    world.startRollout();
    world.run(1h);
    QVERIFY(world.mostAtAStart() <= 200);
    QVERIFY(world.firstDeviceWithTwo().isEmpty());
    QVERIFY2(world.updated() > 100, qPrintable(QString::number(world.updated())));
}

QTEST_GUILESS_MAIN(RolloutSimulation)
#include "tst_rollout_simulation.moc"
