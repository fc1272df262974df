// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/PanelDesk.h"
#include "support/FastClock.h"

#include <QTemporaryDir>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::test;
using namespace Qt::StringLiterals;

#define SGN_EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 30'000)

namespace {

// What no two desks do but by the worst of luck: always begins at the same place.
CommandNumbers numbersFrom(CommandNo first)
{
    return CommandNumbers([first] { return first; });
}

} // namespace

// Several desks with the same account, each with a store of its own, and stores that are lost or come back.
class DesksTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void eachDeskGetsTheOutcomeOfItsOwnCommand_data();
    void eachDeskGetsTheOutcomeOfItsOwnCommand();
    void theOldAnswerIsNotTheNewOnes_data();
    void theOldAnswerIsNotTheNewOnes();
    void aBackupOfTheStoreUsesNoNumberTwice();
    void aTypedNumberStopsNoDesk();
    void theNewestIsShownFirst();
    void aReadingThatIsCutGoesOn();
    void aWrongClockLeavesNoGap();
    void eachDeskShowsWhoHasSentACommand();

private:
    [[nodiscard]] std::unique_ptr<Panel> desk(const QString &store, CommandNumbers numbers = CommandNumbers())
    {
        return openDesk(*m_server, m_folder->filePath(store), m_clock, {.numbers = std::move(numbers)});
    }
    [[nodiscard]] FakeDevice &device()
    {
        if (!m_device) {
            m_device = std::make_unique<FakeDevice>(*m_server, 1);
        }
        return *m_device;
    }
    // A command and its answer, then hundreds of other messages and a report of version 9, all in the archive.
    [[nodiscard]] CommandNo fillArchive();
    // A process "ocr" is restarted; others aren't known. Names the request where the device is one of ours.
    void answerRestarts(bool namesRequest);
    [[nodiscard]] static std::optional<TargetState> stateOf(Panel &panel, CommandNo number)
    {
        const CommandTarget *target = panel.commands().target(number, deviceJid(1));
        return target ? std::optional(target->state) : std::nullopt;
    }

    std::unique_ptr<FleetServer> m_server;
    SystemClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeDevice> m_device;
};

void DesksTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = FleetServer::make();
    QVERIFY2(m_server->start(accounts(1)), qPrintable(m_server->errorString()));
}

void DesksTest::cleanup()
{
    m_device.reset();
    m_server.reset();
}

void DesksTest::answerRestarts(bool namesRequest)
{
    device().isModern = namesRequest;
    device().answer = [this, namesRequest](const Command &command) {
        const auto *restart = std::get_if<RestartProcess>(&command.body);
        if (!restart) {
            device().answerAsTheSeed(command);
            return;
        }
        CommandResult result;
        result.number = *command.number;
        result.from = device().id;
        result.success = restart->processName == u"ocr";
        if (namesRequest) {
            result.command = commandName(command.body);
            result.request = command.request;
        }
        device().send(encode(result));
    };
}

void DesksTest::eachDeskGetsTheOutcomeOfItsOwnCommand_data()
{
    QTest::addColumn<bool>("sameNumbers");
    QTest::newRow("numbers as they come") << false;
    QTest::newRow("the same number for both") << true;
}

void DesksTest::eachDeskGetsTheOutcomeOfItsOwnCommand()
{
    QFETCH(const bool, sameNumbers);
    answerRestarts(sameNumbers);
    device().start();
    const CommandNumbers numbers = sameNumbers ? numbersFrom(5) : CommandNumbers();
    auto north = desk(u"north.sqlite"_s, numbers);
    auto south = desk(u"south.sqlite"_s, numbers);
    QVERIFY(north && settles(*north));
    QVERIFY(south && settles(*south));
    const auto good = north->restartProcess(deviceJid(1), u"ocr"_s);
    const auto bad = south->restartProcess(deviceJid(1), u"nosuch"_s);
    QVERIFY(good && bad);
    QCOMPARE(*good == *bad, sameNumbers);
    SGN_EVENTUALLY(stateOf(*north, *good) == TargetState::Done && stateOf(*south, *bad) == TargetState::Failed);
    if (!sameNumbers) {
        // Each has seen the other's command and its outcome.
        SGN_EVENTUALLY(stateOf(*north, *bad) == TargetState::Failed && stateOf(*south, *good) == TargetState::Done);
        QVERIFY(!north->commands().find(*bad)->isOwn);
    }
    // A third desk, newly made, learns the same from the archive.
    auto third = desk(u"third.sqlite"_s);
    QVERIFY(third && settles(*third));
    if (!sameNumbers) {
        SGN_EVENTUALLY(stateOf(*third, *good) == TargetState::Done && stateOf(*third, *bad) == TargetState::Failed);
    }
}

void DesksTest::theOldAnswerIsNotTheNewOnes_data()
{
    QTest::addColumn<bool>("namesRequest");
    QTest::newRow("a device that knows only the seed") << false;
    QTest::newRow("one of ours") << true;
}

void DesksTest::theOldAnswerIsNotTheNewOnes()
{
    QFETCH(const bool, namesRequest);
    answerRestarts(namesRequest);
    device().start();
    CommandNo number = 0;
    {
        auto before = desk(u"lost.sqlite"_s, numbersFrom(7));
        QVERIFY(before && settles(*before));
        const auto first = before->restartProcess(deviceJid(1), u"ocr"_s);
        QVERIFY(first);
        number = *first;
        SGN_EVENTUALLY(stateOf(*before, number) == TargetState::Done);
    }
    QSignalSpy stopped(&device().session, &xmpp::Session::stopped);
    device().session.stop();
    SGN_EVENTUALLY(stopped.size() == 1);

    // The store is lost, and a command given before the network is up gets the same number.
    auto after = desk(u"new.sqlite"_s, numbersFrom(7));
    QVERIFY(after);
    const auto again = after->restartProcess(deviceJid(1), u"nosuch"_s);
    QVERIFY(again);
    QCOMPARE(*again, number);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"another one than the command known"_s));
    QVERIFY(settles(*after));
    SGN_EVENTUALLY(stateOf(*after, number) == TargetState::Sent);
    device().start();
    SGN_EVENTUALLY(stateOf(*after, number) == TargetState::Failed);
}

void DesksTest::aBackupOfTheStoreUsesNoNumberTwice()
{
    answerRestarts(false);
    device().start();
    QSet<CommandNo> numbers;
    const auto restartOnce = [&](const QString &store) {
        auto panel = desk(store);
        const auto number =
            panel ? panel->restartProcess(deviceJid(1), u"ocr"_s) : fail(ErrorCode::Io, FactCode::NotSent);
        if (!number || !settles(*panel) ||
            !QTest::qWaitFor([&] { return stateOf(*panel, *number) == TargetState::Done; }, 30'000)) {
            return false;
        }
        numbers += *number;
        return true;
    };
    QVERIFY(restartOnce(u"panel.sqlite"_s));
    QVERIFY(QFile::copy(m_folder->filePath(u"panel.sqlite"_s), m_folder->filePath(u"backup.sqlite"_s)));
    QVERIFY(restartOnce(u"panel.sqlite"_s));
    QVERIFY(restartOnce(u"panel.sqlite"_s));
    QVERIFY(restartOnce(u"backup.sqlite"_s));
    QCOMPARE(numbers.size(), 4);
}

void DesksTest::aTypedNumberStopsNoDesk()
{
    answerRestarts(false);
    device().start();
    auto panel = desk(u"panel.sqlite"_s);
    QVERIFY(panel && settles(*panel));
    SystemClock clock;
    xmpp::Account account = panel->config().account();
    account.resource = u"phone"_s;
    xmpp::SessionOptions options;
    options.role = xmpp::Role::Panel;
    xmpp::Session phone(account, options, clock);
    QSignalSpy online(&phone, &xmpp::Session::online);
    phone.start();
    SGN_EVENTUALLY(online.size() == 1);
    phone.send(deviceJid(1), R"({"command":"restart_process","command_no":2147483647,"process_name":"ocr"})");
    SGN_EVENTUALLY(stateOf(*panel, 2'147'483'647) == TargetState::Done);
    const auto here = panel->restartProcess(deviceJid(1), u"ocr"_s);
    QVERIFY(here);
    SGN_EVENTUALLY(stateOf(*panel, *here) == TargetState::Done);
    auto fresh = desk(u"fresh.sqlite"_s);
    QVERIFY(fresh && settles(*fresh));
    QVERIFY(stateOf(*fresh, 2'147'483'647) == TargetState::Done);
    const auto there = fresh->restartProcess(deviceJid(1), u"ocr"_s);
    QVERIFY(there && *there != *here);
    SGN_EVENTUALLY(stateOf(*fresh, *there) == TargetState::Done);
}

CommandNo DesksTest::fillArchive()
{
    answerRestarts(false);
    device().start();
    CommandNo number = 0;
    {
        auto desk = this->desk(u"first.sqlite"_s);
        const auto restart =
            desk ? desk->restartProcess(deviceJid(1), u"ocr"_s) : fail(ErrorCode::Io, FactCode::NotSent);
        if (!restart || !settles(*desk) ||
            !QTest::qWaitFor([&] { return stateOf(*desk, *restart) == TargetState::Done; }, 30'000)) {
            return 0;
        }
        number = *restart;
    }
    QSignalSpy acknowledged(&device().session, &xmpp::Session::acknowledged);
    // Several pages: of 50 messages as Prosody comes, of 250 from ejabberd.
    const int others = FleetServer::isEjabberd() ? 1'000 : 300;
    for (int i = 0; i < others; ++i) {
        device().send(device().result(static_cast<CommandNo>(i + 1), true));
    }
    device().version = 9;
    device().send(device().seedReport());
    return QTest::qWaitFor([&] { return acknowledged.size() >= others + 1; }, 60'000) ? number : 0;
}

void DesksTest::theNewestIsShownFirst()
{
    const CommandNo number = fillArchive();
    QVERIFY(number > 0);
    // What it shows is what the archive has, not what the device answers.
    device().answer = [](const Command &) {
    };
    auto fresh = desk(u"fresh.sqlite"_s);
    QVERIFY(fresh);
    int version = 0;
    bool isOldKnown = true;
    bool isNewestIn = false;
    // The end of the newest page is the first end of a reading.
    connect(&fresh->connection(), &xmpp::Session::archiveFinished, fresh.get(), [&] {
        if (std::exchange(isNewestIn, true)) {
            return;
        }
        const Device *shown = fresh->fleet().find(deviceJid(1));
        version = shown && shown->process(u"ocr") ? shown->process(u"ocr")->report.version : 0;
        isOldKnown = stateOf(*fresh, number).has_value();
    });
    QSignalSpy caughtUp(&fresh->session(), &PanelSession::caughtUp);
    QVERIFY(settles(*fresh));
    QCOMPARE(version, 9);
    QVERIFY2(!isOldKnown, "the beginning of the archive is on no newest page");
    SGN_EVENTUALLY(caughtUp.size() == 1);
    QVERIFY(stateOf(*fresh, number) == TargetState::Done);
    QCOMPARE(fresh->fleet().find(deviceJid(1))->process(u"ocr")->report.version, 9);
    // Each thing happened once, however often it was read.
    QVERIFY(fresh->store().flush().result());
    const QList<ActivityEntry> lines = fresh->store().activity({});
    QCOMPARE(std::ranges::count(lines, ActivityKind::CommandDone, &ActivityEntry::kind), 1);
    QCOMPARE(std::ranges::count(lines, ActivityKind::CommandSent, &ActivityEntry::kind), 1);
    QVERIFY(std::ranges::is_sorted(lines, std::greater{}, &ActivityEntry::at));
    // Nothing of it is read a second time.
    fresh.reset();
    fresh = desk(u"fresh.sqlite"_s);
    QSignalSpy pages(&fresh->connection(), &xmpp::Session::archivePageRead);
    QVERIFY(settles(*fresh));
    QVERIFY(pages.isEmpty());
}

void DesksTest::aReadingThatIsCutGoesOn()
{
    const CommandNo number = fillArchive();
    QVERIFY(number > 0);
    QString place;
    for (int run = 0; run < 3; ++run) {
        auto cut = desk(u"cut.sqlite"_s);
        QVERIFY(cut);
        QSignalSpy pages(&cut->connection(), &xmpp::Session::archivePageRead);
        connect(&cut->connection(), &xmpp::Session::archivePageRead, cut.get(), [&cut] { cut->stop(); });
        cut->start();
        SGN_EVENTUALLY(pages.size() == 1);
        QVERIFY(cut->store().flush().result());
        QVERIFY2(!cut->store().archiveId().isEmpty() && cut->store().archiveId() != place, "it goes on, page by page");
        place = cut->store().archiveId();
    }
    auto whole = desk(u"cut.sqlite"_s);
    QVERIFY(whole);
    QSignalSpy caughtUp(&whole->session(), &PanelSession::caughtUp);
    QVERIFY(settles(*whole));
    SGN_EVENTUALLY(caughtUp.size() == 1);
    QVERIFY(stateOf(*whole, number) == TargetState::Done);
    QCOMPARE(whole->fleet().find(deviceJid(1))->process(u"ocr")->report.version, 9);
}

void DesksTest::aWrongClockLeavesNoGap()
{
    device().answer = [](const Command &) {
    };
    device().start();
    {
        auto before = desk(u"panel.sqlite"_s);
        QVERIFY(before && settles(*before));
        device().send(device().seedReport());
        SGN_EVENTUALLY(before->fleet().find(deviceJid(1)) && before->fleet().find(deviceJid(1))->process(u"ocr"));
    }
    // Another client is there meanwhile, so that the server keeps nothing for later but in the archive.
    {
        auto other = desk(u"other.sqlite"_s);
        QVERIFY(other && settles(*other));
        device().version = 9;
        device().send(device().seedReport());
        SGN_EVENTUALLY(other->fleet().highestVersion(u"ocr"_s) == 9);
    }
    const FastClock fast;
    auto after = openDesk(*m_server, m_folder->filePath(u"panel.sqlite"_s), fast);
    QVERIFY(after && settles(*after));
    QCOMPARE(after->fleet().highestVersion(u"ocr"_s), 9);
}

void DesksTest::eachDeskShowsWhoHasSentACommand()
{
    device().start();
    auto one = openDesk(*m_server, m_folder->filePath(u"one"_s), m_clock, {.operatorName = u"Anna"_s});
    auto other = openDesk(*m_server, m_folder->filePath(u"other"_s), m_clock, {.operatorName = u"Ben"_s});
    QVERIFY(one && other && settles(*one) && settles(*other));
    const Expected<CommandNo> number = one->restartProcess(deviceJid(1), u"ocr"_s);
    QVERIFY(number);
    SGN_EVENTUALLY(other->commands().find(*number));
    QCOMPARE(other->commands().find(*number)->requestedBy, u"Anna"_s);
    const auto sender = [number](Panel &panel) {
        for (const ActivityEntry &entry : panel.store().activity({.jid = {}, .number = *number})) {
            if (entry.kind == ActivityKind::CommandSent) {
                return senderOf(entry);
            }
        }
        return QString();
    };
    SGN_EVENTUALLY(sender(*one) == u"Anna" && sender(*other) == u"Anna");
    // A desk that is new finds it in the archive.
    auto third = openDesk(*m_server, m_folder->filePath(u"third"_s), m_clock);
    QVERIFY(third && settles(*third));
    SGN_EVENTUALLY(sender(*third) == u"Anna");
}

QTEST_GUILESS_MAIN(DesksTest)
#include "tst_desks.moc"
