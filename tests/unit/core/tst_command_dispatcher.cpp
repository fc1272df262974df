// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/CommandDispatcher.h"
#include "core/CommandLog.h"
#include "core/Fleet.h"
#include "core/ServerClock.h"
#include "protocol/Json.h"
#include "store/Store.h"
#include "support/ManualClock.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

class FakeOutlet final : public CommandOutlet
{
public:
    struct Sent
    {
        QString to;
        CommandNo number = 0;
        Settled settled;
    };

    void send(const QString &to, const QByteArray &body, Priority, Settled settled, xmpp::Keeping) override
    {
        sent += {to, parseCommand(body)->number.value_or(0), std::move(settled)};
    }
    void settleAll(Fate fate, const Error &reason = {})
    {
        for (const Sent &message : std::exchange(sent, {})) {
            message.settled(fate, reason);
        }
    }

    QList<Sent> sent;
};

QString jid(int n)
{
    return u"meter%1@localhost"_s.arg(n);
}

} // namespace

class CommandDispatcherTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void sendsTheOldestFirst();
    void sendsNothingWhileItIsHeld();
    void whatCannotBeSentEnds();
    void sendsAgainWhatWasNotTaken();
    void aDeviceThatTurnsOutToBeModernIsAskedAgain();
    void whatWasSentExpiresOnlyWhenItsReplyIsInNoArchive();
    void whatWasNeverSentExpiresWithoutAServer();
    void aClockThatIsSetMovesNoEnd();
    void offlineDevicesCostNothing();

private:
    [[nodiscard]] CommandNo submitted(const QStringList &jids, std::chrono::milliseconds life = 1h)
    {
        QSignalSpy queued(m_log.get(), &CommandLog::targetsQueued);
        const auto number =
            m_log->submit(RestartProcess{u"ocr"_s}, jids, {u"test"_s, {}, m_clock.wallUtc().addMSecs(life.count())});
        return number && (!queued.isEmpty() || queued.wait(10'000)) ? *number : 0;
    }
    [[nodiscard]] TargetState stateOf(CommandNo number, int n) { return m_log->target(number, jid(n))->state; }
    void wait(std::chrono::milliseconds time)
    {
        m_clock.advance(time);
        m_dispatcher->sweep();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    test::ManualClock m_clock;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<Fleet> m_fleet;
    std::unique_ptr<CommandLog> m_log;
    FakeOutlet m_outlet;
    std::unique_ptr<CommandDispatcher> m_dispatcher;
    CommandNo m_nextNumber = 0;
};

void CommandDispatcherTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    auto store = store::Store::open(m_folder->filePath(u"panel.sqlite"_s), u"panel@localhost"_s);
    QVERIFY(store);
    m_store = *std::move(store);
    m_fleet = std::make_unique<Fleet>(m_clock);
    // Each one below the one before.
    m_nextNumber = 1'000'000'000;
    m_log = std::make_unique<CommandLog>(*m_store, m_clock, CommandNumbers([this] { return m_nextNumber -= 5000; }));
    m_dispatcher = std::make_unique<CommandDispatcher>(*m_log, *m_fleet, m_outlet, m_clock, ResendTimes{});
    m_outlet.sent.clear();
}

void CommandDispatcherTest::cleanup()
{
    m_dispatcher.reset();
    m_log.reset();
    m_store.reset();
}

void CommandDispatcherTest::sendsTheOldestFirst()
{
    QList<CommandNo> numbers;
    for (int i = 0; i < 3; ++i) {
        numbers += submitted({jid(1)});
        m_clock.advance(1s);
        // The next one gets a lower number.
        Command other;
        other.body = RestartProcess{u"x"_s};
        other.number = numbers.last() + 1;
        m_log->observe(other, jid(2), m_clock.wallUtc(), u"other desk"_s);
    }
    QVERIFY(numbers.at(0) > numbers.at(1) && numbers.at(1) > numbers.at(2));
    QVERIFY(m_outlet.sent.isEmpty());
    m_dispatcher->setOnline(true);
    QList<CommandNo> sent;
    for (const FakeOutlet::Sent &message : std::as_const(m_outlet.sent)) {
        sent += message.number;
    }
    QCOMPARE(sent, numbers);
}

void CommandDispatcherTest::sendsNothingWhileItIsHeld()
{
    m_dispatcher->setHeld(true);
    m_dispatcher->setOnline(true);
    const CommandNo number = submitted({jid(1)});
    const CommandNo brief = submitted({jid(1)}, 1s);
    wait(5s);
    QVERIFY(m_outlet.sent.isEmpty());
    QCOMPARE(stateOf(number, 1), TargetState::Queued);
    QCOMPARE(stateOf(brief, 1), TargetState::Expired);
    m_dispatcher->setHeld(false);
    QCOMPARE(m_outlet.sent.size(), 1);
    QCOMPARE(m_outlet.sent.constFirst().number, number);
}

void CommandDispatcherTest::whatCannotBeSentEnds()
{
    const auto tooLarge = m_log->submit(RestartProcess{QString(maxBodySize, u'x')}, {jid(1)}, {});
    QVERIFY(!tooLarge);
    QVERIFY(tooLarge.error().has(FactCode::CommandTooLarge));
    m_dispatcher->setOnline(true);
    const CommandNo number = submitted({jid(1)});
    QCOMPARE(m_outlet.sent.size(), 1);
    m_outlet.settleAll(CommandOutlet::Fate::NotSent, {ErrorCode::TooLarge, u"too large"_s});
    QCOMPARE(stateOf(number, 1), TargetState::Failed);
    QCOMPARE(m_log->target(number, jid(1))->facts.constFirst().code, FactCode::NotSent);
    wait(1h);
    QVERIFY(m_outlet.sent.isEmpty());
}

void CommandDispatcherTest::sendsAgainWhatWasNotTaken()
{
    m_dispatcher->setOnline(true);
    const CommandNo number = submitted({jid(1)});
    m_outlet.settleAll(CommandOutlet::Fate::NotSent, {ErrorCode::Network, u"cut"_s});
    QCOMPARE(stateOf(number, 1), TargetState::Queued);
    wait(4s);
    QVERIFY(m_outlet.sent.isEmpty());
    wait(1s);
    QCOMPARE(m_outlet.sent.size(), 1);
    // A new session doesn't wait.
    m_outlet.settleAll(CommandOutlet::Fate::NotSent, {ErrorCode::Network, u"cut"_s});
    m_dispatcher->setOnline(false);
    m_dispatcher->setOnline(true);
    QCOMPARE(m_outlet.sent.size(), 1);
    m_outlet.settleAll(CommandOutlet::Fate::Acknowledged);
    QCOMPARE(stateOf(number, 1), TargetState::Sent);
    wait(30min);
    QVERIFY(m_outlet.sent.isEmpty());
}

void CommandDispatcherTest::aDeviceThatTurnsOutToBeModernIsAskedAgain()
{
    m_dispatcher->setOnline(true);
    m_fleet->setPresence(jid(1), true);
    const CommandNo number = submitted({jid(1)});
    m_outlet.settleAll(CommandOutlet::Fate::Acknowledged);
    QCOMPARE(stateOf(number, 1), TargetState::Delivered);
    for (int minute = 0; minute < 10; ++minute) {
        wait(1min);
    }
    QVERIFY2(m_outlet.sent.isEmpty(), "a device that knows only the seed might do it twice");
    VersionReport report;
    report.from = u"x"_s;
    report.facts.agentVersion = 1;
    m_fleet->apply(jid(1), report, {m_clock.wallUtc()});
    wait(1min);
    QCOMPARE(m_outlet.sent.size(), 1);
}

void CommandDispatcherTest::whatWasSentExpiresOnlyWhenItsReplyIsInNoArchive()
{
    m_dispatcher->setOnline(true);
    const CommandNo number = submitted({jid(1)}, 10min);
    m_outlet.settleAll(CommandOutlet::Fate::Acknowledged);
    m_dispatcher->setOnline(false);
    wait(1h);
    QCOMPARE(stateOf(number, 1), TargetState::Sent);
    m_dispatcher->setCatchingUp(true);
    m_dispatcher->setOnline(true);
    wait(10min);
    QCOMPARE(stateOf(number, 1), TargetState::Sent);
    m_dispatcher->setCatchingUp(false);
    wait(2s);
    QCOMPARE(stateOf(number, 1), TargetState::Expired);
}

void CommandDispatcherTest::whatWasNeverSentExpiresWithoutAServer()
{
    const CommandNo number = submitted({jid(1)}, 10min);
    wait(9min);
    QCOMPARE(stateOf(number, 1), TargetState::Queued);
    wait(1min);
    QCOMPARE(stateOf(number, 1), TargetState::Expired);
}

void CommandDispatcherTest::aClockThatIsSetMovesNoEnd()
{
    test::ManualClock machine;
    ServerClock clock(machine);
    const QDateTime server = machine.wallUtc().addDays(10);
    clock.setOffset(std::chrono::days(10));
    QCOMPARE(clock.wallUtc(), server);
    machine.setWall(machine.wallUtc().addYears(-3));
    QCOMPARE(clock.wallUtc(), server);
    machine.advance(5s);
    QCOMPARE(clock.wallUtc(), server.addSecs(5));
}

void CommandDispatcherTest::offlineDevicesCostNothing()
{
    m_dispatcher->setOnline(true);
    const auto sweepCost = [this] {
        qint64 best = std::numeric_limits<qint64>::max();
        for (int i = 0; i < 20; ++i) {
            QElapsedTimer timer;
            timer.start();
            wait(2s);
            best = std::min(best, timer.nsecsElapsed());
        }
        return std::max<qint64>(best, 1'000);
    };
    (void)submitted({jid(0)});
    m_outlet.settleAll(CommandOutlet::Fate::Acknowledged);
    const qint64 ofOne = sweepCost();
    QStringList jids;
    for (int n = 0; n < 20'000; ++n) {
        jids += jid(n);
    }
    QVERIFY(submitted(jids) != 0);
    while (!m_outlet.sent.isEmpty()) {
        m_outlet.settleAll(CommandOutlet::Fate::Acknowledged);
        QCoreApplication::processEvents();
    }
    const qint64 ofMany = sweepCost();
    qInfo("a sweep takes %lld ns with one open command to one device, %lld ns with 20,000 more", ofOne, ofMany);
    QVERIFY(ofMany < 50 * ofOne);
}

QTEST_GUILESS_MAIN(CommandDispatcherTest)
#include "tst_command_dispatcher.moc"
