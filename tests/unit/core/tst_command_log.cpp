// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/CommandLog.h"
#include "store/Store.h"
#include "support/ManualClock.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::store;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QString a = u"a@localhost"_s;
const QString b = u"b@localhost"_s;

UpdateCommand update()
{
    UpdateCommand command;
    command.url = QUrl(u"https://example.com/a.zip"_s);
    command.processes = {{u"ocr"_s, 2}};
    return command;
}

CommandResult result(CommandNo number, bool success, const QString &remarks = {})
{
    CommandResult result;
    result.number = number;
    result.from = u"x"_s;
    result.success = success;
    result.remarks = remarks;
    return result;
}

// From 1 on, then from 1001 on, and so on.
CommandNumbers rows()
{
    return CommandNumbers([place = CommandNo{1}]() mutable { return std::exchange(place, place + 1000); });
}

} // namespace

class CommandLogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void goesFromQueuedToDone();
    void aRepeatedResultCountsOnce();
    void aLateResultIsTheTruth();
    void whatWasNotAskedIsNotApplied_data();
    void whatWasNotAskedIsNotApplied();
    void progressAfterTheEndChangesNothing();
    void keepsWhatIsWaitedForAndWhatLedToAFailure();
    void namesWhatIsWaitedForInItsOwnWords();
    void withdrawsWhatWasNotSent();
    void endsATargetFromHere();
    void theAnswerToAnotherCommandIsNotApplied_data();
    void theAnswerToAnotherCommandIsNotApplied();
    void anOldAnswerDoesNotSettleACommandOfALostStore();
    void takesNoNumberThatAnotherDeskHasUsed();
    void followsWhatAnotherClientSends();
    void aReplyProvesWhatTheArchiveHasLost();
    void aForeignNumberWithOtherContentIsLeftAlone();
    void goesOnAfterARestart();
    void twoProgramsShareNumbersAndCommands();
    void collectsSignals();
    void refusesACommandWithoutDevices();

private:
    [[nodiscard]] CommandNo submitted(const CommandBody &body, const QStringList &jids)
    {
        QSignalSpy queued(m_log.get(), &CommandLog::targetsQueued);
        const auto number = m_log->submit(body, jids, {u"dashboard"_s, {}, {}});
        if (!number || (queued.isEmpty() && !queued.wait(10'000))) {
            return 0;
        }
        return *number;
    }
    // The same, and the server has it.
    [[nodiscard]] CommandNo sent(const CommandBody &body, const QStringList &jids)
    {
        const CommandNo number = submitted(body, jids);
        for (const QString &jid : jids) {
            m_log->markHandedOver(number, jid);
            m_log->markSent(number, jid, true);
        }
        return number;
    }
    [[nodiscard]] TargetState stateOf(CommandNo number, const QString &jid)
    {
        return m_log->target(number, jid)->state;
    }
    void reopen();

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<test::ManualClock> m_clock;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<CommandLog> m_log;
    QList<ActivityEntry> m_happened;
};

void CommandLogTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_clock = std::make_unique<test::ManualClock>();
    reopen();
}

void CommandLogTest::cleanup()
{
    m_log.reset();
    m_store.reset();
}

void CommandLogTest::reopen()
{
    m_log.reset();
    m_store.reset();
    auto store = Store::open(m_folder->filePath(u"panel.sqlite"_s), u"panel@localhost"_s);
    QVERIFY(store);
    m_store = *std::move(store);
    m_log = std::make_unique<CommandLog>(*m_store, *m_clock, rows());
    m_log->restore();
    m_happened.clear();
    connect(m_log.get(), &CommandLog::happened, this, [this](const ActivityEntry &entry) { m_happened += entry; });
}

void CommandLogTest::goesFromQueuedToDone()
{
    const CommandNo number = submitted(update(), {a, b, a});
    QCOMPARE(number, CommandNo{1});
    QCOMPARE(m_log->targets(number).size(), 2);
    QVERIFY(m_log->find(number)->command.progress);
    QVERIFY(stateOf(number, a) == TargetState::Queued);
    m_log->markHandedOver(number, a);
    m_log->markNotSent(number, a);
    QVERIFY(stateOf(number, a) == TargetState::Queued);
    m_log->markHandedOver(number, a);
    m_log->markSent(number, a, false);
    QVERIFY(stateOf(number, a) == TargetState::Sent);
    m_log->markDelivered(number, a);
    QVERIFY(stateOf(number, a) == TargetState::Delivered);
    QVERIFY(m_log->apply(a, ProgressReport{number, u"x"_s, u"downloading"_s, 40}, {m_clock->wallUtc()}));
    QVERIFY(stateOf(number, a) == TargetState::Running);
    QCOMPARE(m_log->target(number, a)->percent, 40);
    QVERIFY(m_log->apply(a, ProgressReport{number, u"x"_s, u"confirming"_s, 0}, {m_clock->wallUtc()}));
    QCOMPARE(m_log->target(number, a)->percent, -1);
    QCOMPARE(m_log->target(number, a)->attempts, 2);
    QVERIFY(m_log->apply(a, result(number, true, u"already installed"_s), {m_clock->wallUtc()}));
    QVERIFY(stateOf(number, a) == TargetState::Done);
    QCOMPARE(m_log->target(number, a)->remarks, u"already installed"_s);
    QVERIFY(stateOf(number, b) == TargetState::Queued);
    QCOMPARE(m_log->find(number)->counts.in(TargetState::Done), 1);
    QCOMPARE(m_log->find(number)->counts.open(), 1);
    QCOMPARE(m_log->openNumbers(), QList<CommandNo>{number});
    m_log->markHandedOver(number, b);
    QVERIFY(m_log->apply(b, result(number, false, u"no space"_s), {m_clock->wallUtc()}));
    QVERIFY(m_log->openNumbers().isEmpty());
    QCOMPARE(m_happened.size(), 3);
    QVERIFY(m_happened.at(2).kind == ActivityKind::CommandFailed);
}

void CommandLogTest::aRepeatedResultCountsOnce()
{
    const CommandNo number = sent(update(), {a});
    QVERIFY(m_log->apply(a, result(number, false, u"first"_s), {m_clock->wallUtc()}));
    const auto before = m_happened.size();
    QVERIFY(!m_log->apply(a, result(number, true, u"second"_s), {m_clock->wallUtc()}));
    QVERIFY(!m_log->apply(a, result(number, false, u"first"_s), {m_clock->wallUtc()}));
    QVERIFY(stateOf(number, a) == TargetState::Failed);
    QCOMPARE(m_log->target(number, a)->remarks, u"first"_s);
    QCOMPARE(m_happened.size(), before);
}

void CommandLogTest::aLateResultIsTheTruth()
{
    const CommandNo number = sent(update(), {a});
    m_log->markExpired(number, a);
    QVERIFY(stateOf(number, a) == TargetState::Expired);
    QVERIFY(m_log->apply(a, result(number, true), {m_clock->wallUtc()}));
    QVERIFY(stateOf(number, a) == TargetState::Done);
    QVERIFY(!m_log->target(number, a)->error);
    QCOMPARE(m_log->find(number)->counts.total(), 1);
}

void CommandLogTest::whatWasNotAskedIsNotApplied_data()
{
    QTest::addColumn<QString>("jid");
    QTest::addColumn<quint32>("number");
    QTest::newRow("another device") << b << quint32{1};
    QTest::newRow("an unknown JID") << u"x@evil.example"_s << quint32{1};
    QTest::newRow("another number") << a << quint32{2};
    QTest::newRow("the last number") << a << quint32{2147483647};
}

void CommandLogTest::whatWasNotAskedIsNotApplied()
{
    QFETCH(const QString, jid);
    QFETCH(const quint32, number);
    const CommandNo mine = sent(update(), {a});
    QVERIFY(!m_log->apply(jid, result(number, true), {m_clock->wallUtc()}));
    QVERIFY(!m_log->apply(jid, ProgressReport{number, u"x"_s, u"downloading"_s, 40}, {m_clock->wallUtc()}));
    QVERIFY(stateOf(mine, a) == TargetState::Delivered);
    // Nor can a device use up our numbers, or have one given that it has used.
    const CommandNo next = submitted(update(), {a});
    QVERIFY(next == mine + 1 || next == 1001);
    QVERIFY(next != number);
}

void CommandLogTest::theAnswerToAnotherCommandIsNotApplied_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("request");
    QTest::newRow("another command") << u"reboot_system"_s << QString();
    QTest::newRow("another request") << QString() << u"0123456789abcdef"_s;
    QTest::newRow("another request of the same command") << u"smart_meter_update"_s << u"0123456789abcdef"_s;
}

void CommandLogTest::theAnswerToAnotherCommandIsNotApplied()
{
    QFETCH(const QString, command);
    QFETCH(const QString, request);
    const CommandNo number = sent(update(), {a});
    CommandResult other = result(number, true);
    other.command = command;
    other.request = request;
    QVERIFY(!m_log->apply(a, other, {m_clock->wallUtc()}));
    QVERIFY(stateOf(number, a) == TargetState::Delivered);
    other.command = u"smart_meter_update"_s;
    other.request = m_log->find(number)->command.request;
    QVERIFY(!other.request.isEmpty());
    QVERIFY(m_log->apply(a, other, {m_clock->wallUtc()}));
}

void CommandLogTest::anOldAnswerDoesNotSettleACommandOfALostStore()
{
    // Given without a network, under a number that an old device was sent before the store was lost.
    const QDateTime before = m_clock->wallUtc();
    m_clock->advance(1min);
    const CommandNo number = submitted(update(), {a});
    m_clock->advance(1min);
    QVERIFY2(!m_log->apply(a, result(number, true), {m_clock->wallUtc(), false}), "nothing was sent yet");
    m_log->markHandedOver(number, a);
    m_log->markSent(number, a, true);
    QVERIFY(!m_log->apply(a, result(number, true), {before, false}));
    QVERIFY2(!m_log->apply(a, result(number, true), {before.addSecs(90), false}), "given, but not sent");
    QVERIFY(stateOf(number, a) == TargetState::Delivered);
    // Sent again later: the answer may be to the first time.
    const QDateTime first = m_clock->wallUtc();
    m_clock->advance(1min);
    m_log->markHandedOver(number, a);
    QVERIFY(m_log->apply(a, result(number, true), {first.addSecs(1), false}));
}

void CommandLogTest::takesNoNumberThatAnotherDeskHasUsed()
{
    Command command;
    command.body = update();
    command.number = 2;
    QCOMPARE(submitted(update(), {a}), CommandNo{1});
    m_log->observe(command, a, m_clock->wallUtc(), u"other"_s);
    QCOMPARE(submitted(update(), {a}), CommandNo{1001});
    // An answer shows it as well, also one to a command that isn't known.
    QVERIFY(!m_log->apply(a, result(1002, true), {m_clock->wallUtc()}));
    QCOMPARE(submitted(update(), {a}), CommandNo{2001});
    // The same number and content, but another request: of another desk.
    Command same = m_log->find(2001)->command;
    same.request = u"0123456789abcdef"_s;
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"another one"_s));
    m_log->observe(same, b, m_clock->wallUtc(), u"other"_s);
    QCOMPARE(m_log->targets(2001).size(), 1);
    // One that is typed by hand is no reason to follow.
    command.number = 2'147'483'647;
    m_log->observe(command, a, m_clock->wallUtc(), u"psi"_s);
    QCOMPARE(submitted(update(), {a}), CommandNo{2002});
    reopen();
    QCOMPARE(submitted(update(), {a}), CommandNo{3});
}

void CommandLogTest::progressAfterTheEndChangesNothing()
{
    const CommandNo number = sent(update(), {a});
    QVERIFY(m_log->apply(a, result(number, true), {m_clock->wallUtc()}));
    QVERIFY(!m_log->apply(a, ProgressReport{number, u"x"_s, u"downloading"_s, 40}, {m_clock->wallUtc()}));
    m_log->markNotSent(number, a);
    m_log->markUndeliverable(number, a, u"x"_s);
    m_log->markExpired(number, a);
    QVERIFY(stateOf(number, a) == TargetState::Done);
}

void CommandLogTest::keepsWhatIsWaitedForAndWhatLedToAFailure()
{
    const CommandNo number = sent(update(), {a});
    QVERIFY(m_log->apply(a, ProgressReport{number, u"x"_s, u"waiting"_s, 0, u"held"_s}, {m_clock->wallUtc()}));
    QCOMPARE(m_log->target(number, a)->remarks, u"held"_s);
    QVERIFY(m_log->apply(a, ProgressReport{number, u"x"_s, u"swapping"_s, 0, {}}, {m_clock->wallUtc()}));
    QCOMPARE(m_log->target(number, a)->remarks, QString());
    CommandResult failed = result(number, false);
    failed.log = {u"one"_s, u"two"_s};
    QVERIFY(m_log->apply(a, failed, {m_clock->wallUtc()}));
    QCOMPARE(m_log->target(number, a)->log, failed.log);
}

void CommandLogTest::namesWhatIsWaitedForInItsOwnWords()
{
    using Wait = ProgressReport::Wait;
    CommandLog::Agreed agreed{m_log->reserveNumber(), {}, u"Spring"_s, m_clock->wallUtc()};
    agreed.command.body = update();
    agreed.command.window = LocalWindow{QTime(22, 0), QTime(4, 30)};
    m_log->enlist(agreed, {a});
    m_log->markHandedOver(agreed.number, a);
    m_log->markSent(agreed.number, a, true);
    const auto waits = [this](CommandNo number, const QString &remarks, std::optional<Wait> wait) {
        return m_log->apply(a, ProgressReport{number, u"x"_s, u"waiting"_s, 0, remarks, {}, wait},
                            {m_clock->wallUtc()});
    };
    const auto facts = [this](CommandNo number) {
        return m_log->target(number, a)->facts;
    };
    const Facts window{{FactCode::RolloutWindow, {u"22:00"_s, u"04:30"_s}}};
    QVERIFY(waits(agreed.number, u"waits for its window"_s, Wait::Window));
    QCOMPARE(facts(agreed.number), window);
    QCOMPARE(m_log->target(agreed.number, a)->remarks, QString());
    reopen();
    QCOMPARE(facts(agreed.number), window);
    QVERIFY(waits(agreed.number, u"held"_s, Wait::Hold));
    QCOMPARE(facts(agreed.number), (Facts{{FactCode::HeldAtDevice, {}}}));
    // An older device.
    QVERIFY(waits(agreed.number, u"held"_s, std::nullopt));
    QCOMPARE(facts(agreed.number), Facts());
    QCOMPARE(m_log->target(agreed.number, a)->remarks, u"held"_s);
    QVERIFY(waits(agreed.number, u"held"_s, Wait::Hold));
    QVERIFY(m_log->apply(a, ProgressReport{agreed.number, u"x"_s, u"swapping"_s, 0}, {m_clock->wallUtc()}));
    QCOMPARE(facts(agreed.number), Facts());
    // For a window that its command doesn't name.
    const CommandNo other = sent(update(), {a});
    QVERIFY(waits(other, u"waits for its window"_s, Wait::Window));
    QCOMPARE(facts(other), Facts());
    QCOMPARE(m_log->target(other, a)->remarks, u"waits for its window"_s);
}

void CommandLogTest::withdrawsWhatWasNotSent()
{
    const CommandNo number = submitted(update(), {a, b});
    m_log->markHandedOver(number, a);
    QCOMPARE(m_log->withdraw(number), QStringList{a});
    QVERIFY(stateOf(number, b) == TargetState::Failed);
    QCOMPARE(m_log->target(number, b)->error, std::optional(ErrorCode::Cancelled));
}

void CommandLogTest::endsATargetFromHere()
{
    const CommandNo number = submitted(update(), {a, b});
    m_log->markDone(number, a);
    QVERIFY(stateOf(number, a) == TargetState::Done);
    const Problem why(ErrorCode::TooLarge, FactCode::NotSent);
    m_log->markFailed(number, a, why);
    QVERIFY2(stateOf(number, a) == TargetState::Done, "what is finished stays finished");
    m_log->markFailed(number, b, why);
    QVERIFY(stateOf(number, b) == TargetState::Failed);
    QCOMPARE(m_log->target(number, b)->facts, why.facts);
    QCOMPARE(m_log->target(number, b)->error, std::optional(ErrorCode::TooLarge));
    QCOMPARE(m_happened.constLast().facts, why.facts);
}

void CommandLogTest::followsWhatAnotherClientSends()
{
    Command command;
    command.body = update();
    command.number = 70;
    m_log->observe(command, a, m_clock->wallUtc(), u"psi"_s);
    m_log->observe(command, a, m_clock->wallUtc(), u"psi"_s);
    m_log->observe(command, b, m_clock->wallUtc(), u"psi"_s);
    QCOMPARE(m_log->targets(70).size(), 2);
    QVERIFY(!m_log->find(70)->isOwn);
    QVERIFY(stateOf(70, a) == TargetState::Sent);
    QVERIFY(m_log->apply(a, result(70, true), {m_clock->wallUtc()}));
    m_log->flush();
    QTRY_VERIFY_WITH_TIMEOUT(m_store->command(70).has_value(), 10'000);
    m_clock->advance(1s);
    QCOMPARE(submitted(update(), {a}), CommandNo{1});
    Command question;
    question.body = VersionRequest{};
    m_log->observe(question, a, m_clock->wallUtc(), u"psi"_s);
    QCOMPARE(m_log->numbers(), (QList<CommandNo>{1, 70}));
}

void CommandLogTest::aReplyProvesWhatTheArchiveHasLost()
{
    Command command;
    command.body = RestartProcess{u"ocr"_s};
    command.number = 5;
    command.request = u"r1"_s;
    m_log->observe(command, a, m_clock->wallUtc(), u"other desk"_s);
    CommandResult answer = result(5, true);
    answer.command = u"restart_process"_s;
    answer.request = u"r2"_s;
    QVERIFY(!m_log->apply(b, answer, {m_clock->wallUtc(), false}));
    QVERIFY2(!m_log->target(5, b), "it answers another command");
    answer.request = u"r1"_s;
    QVERIFY(m_log->apply(b, answer, {m_clock->wallUtc(), false}));
    QVERIFY(stateOf(5, b) == TargetState::Done);
    // Its sending is read later, and changes nothing.
    m_log->observe(command, b, m_clock->wallUtc(), u"other desk"_s);
    QVERIFY(stateOf(5, b) == TargetState::Done);
    QCOMPARE(m_log->openRows(5), QSet<int>{0});
}

void CommandLogTest::aForeignNumberWithOtherContentIsLeftAlone()
{
    const CommandNo number = submitted(update(), {a});
    Command other;
    other.body = UploadLogs{};
    other.number = number;
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"another one"_s));
    m_log->observe(other, b, m_clock->wallUtc(), u"psi"_s);
    QCOMPARE(m_log->targets(number).size(), 1);
}

void CommandLogTest::goesOnAfterARestart()
{
    const CommandNo number = submitted(update(), {a, b});
    m_log->markHandedOver(number, a);
    m_log->markSent(number, a, true);
    m_log->markHandedOver(number, b);
    QVERIFY(m_log->apply(b, result(number, true), {m_clock->wallUtc()}));
    reopen();
    QCOMPARE(m_log->numbers(), QList<CommandNo>{number});
    QCOMPARE(m_log->openNumbers(), QList<CommandNo>{number});
    QVERIFY(stateOf(number, a) == TargetState::Delivered);
    QVERIFY(stateOf(number, b) == TargetState::Done);
    QCOMPARE(m_log->openRows(number), QSet<int>{0});
    QVERIFY(m_log->apply(a, result(number, true), {m_clock->wallUtc()}));
    reopen();
    QVERIFY(m_log->openNumbers().isEmpty());
    QCOMPARE(m_log->find(number)->counts.in(TargetState::Done), 2);
    QCOMPARE(m_log->targets(number).size(), 2);
    QVERIFY2(!m_log->apply(a, result(number, false), {m_clock->wallUtc()}), "a repeat, also after a restart");
}

void CommandLogTest::twoProgramsShareNumbersAndCommands()
{
    auto store = Store::open(m_folder->filePath(u"panel.sqlite"_s), u"panel@localhost"_s);
    QVERIFY(store);
    CommandLog other(**store, *m_clock, rows());
    other.restore();
    const CommandNo number = submitted(update(), {a});
    QVERIFY2(!other.apply(a, result(number, true), {m_clock->wallUtc()}), "the server hasn't got it yet");
    m_log->markHandedOver(number, a);
    m_log->flush();
    QVERIFY(m_store->flush().result());
    // The other one learns of it by a carbon, or by its result.
    QVERIFY(other.apply(a, result(number, true), {m_clock->wallUtc()}));
    QCOMPARE(other.numbers(), QList<CommandNo>{number});
    QVERIFY(other.find(number)->isOwn);
    const auto next = other.submit(update(), {a}, {});
    QVERIFY(next);
    QCOMPARE(*next, number + 1);
}

void CommandLogTest::collectsSignals()
{
    const CommandNo number = sent(update(), {a, b});
    m_log->flush();
    QSignalSpy changed(m_log.get(), &CommandLog::commandChanged);
    for (int percent = 0; percent <= 100; ++percent) {
        QVERIFY(m_log->apply(b, ProgressReport{number, u"x"_s, u"downloading"_s, percent}, {m_clock->wallUtc()}));
    }
    QCOMPARE(changed.size(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(changed.size(), 1, 10'000);
    QCOMPARE(changed.at(0).at(1).value<QList<int>>(), QList<int>{1});
}

void CommandLogTest::refusesACommandWithoutDevices()
{
    const auto number = m_log->submit(update(), {}, {});
    QVERIFY(!number);
    QCOMPARE(number.error().error, ErrorCode::BadRequest);
}

QTEST_GUILESS_MAIN(CommandLogTest)
#include "tst_command_log.moc"
