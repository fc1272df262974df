// SPDX-License-Identifier: GPL-3.0-or-later
// Who becomes a device of the fleet, and who doesn't, against a real server without groups.
#include "integration/PanelDesk.h"

#include <algorithm>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

#define SGN_EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 30'000)

class MembershipTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void strangersGetNothing();
    void acceptedAtOneDeskIsADeviceAtAll();
    void acceptedBeforeItShowsUp();
    void refusedIsListedAgainWhenItComesBack();
    void whatAnotherDeskRefusedIsNotListed();
    void rulesTakeInWhomTheyName();
    void whomThePanelWroteToIsADevice();
    void whomTheStoreKnowsStays();
    void aRemovedDeviceIsGoneFromAllDesks();
    void aRemovedDeviceIsNewAgain();
    void aClosedDeskLearnsOfARemoval();
    void aServerWithoutContactsEmptiesNoFleet();
    void removingNeedsTheServer();
    void aDeviceOfTheServersGroupsNeedsNoClick();
    void aStrangerInAPublicGroupIsNoContact();
    void acceptsManyAtOnce();

private:
    [[nodiscard]] std::unique_ptr<Panel> desk(const QString &store, const QStringList &accept = {})
    {
        return openDesk(*m_server, m_folder->filePath(store + u".sqlite"_s), m_clock, {.accept = accept});
    }
    FakeDevice &device(int n) { return m_devices.at(*m_server, n); }
    [[nodiscard]] static bool isNew(Panel &panel, int n)
    {
        return panel.membership().newcomers().contains(deviceJid(n));
    }
    [[nodiscard]] static const Device *find(Panel &panel, int n) { return panel.fleet().find(deviceJid(n)); }
    [[nodiscard]] static bool isShown(Panel &panel, int n)
    {
        const Device *device = find(panel, n);
        return device && device->online && device->lastReport.isValid();
    }
    // A desk with device 1 accepted and shown.
    [[nodiscard]] std::unique_ptr<Panel> deskWithADevice(const QString &store);

    static constexpr int deviceCount = 3;
    std::unique_ptr<FleetServer> m_server;
    SystemClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    FakeDevices m_devices;
};

void MembershipTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = FleetServer::make({.groups = false});
    QVERIFY2(m_server->start(accounts(deviceCount)), qPrintable(m_server->errorString()));
}

void MembershipTest::cleanup()
{
    m_devices.clear();
    m_server.reset();
}

std::unique_ptr<Panel> MembershipTest::deskWithADevice(const QString &store)
{
    auto panel = desk(store);
    device(1).start();
    if (!panel || !settles(*panel) || !QTest::qWaitFor([&] { return isNew(*panel, 1); }, 30'000)) {
        return nullptr;
    }
    panel->membership().accept({deviceJid(1)});
    const bool isThere = QTest::qWaitFor([&] { return isShown(*panel, 1) && find(*panel, 1)->isContact; }, 30'000);
    return isThere ? std::move(panel) : nullptr;
}

void MembershipTest::strangersGetNothing()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    // Requests to see the panel.
    device(1).start();
    SGN_EVENTUALLY(isNew(*panel, 1));
    // Only writes.
    device(2).session.setTrustedPeers({});
    device(2).start();
    SGN_EVENTUALLY(device(2).session.isOnline());
    device(2).send(device(2).result(5, true));
    device(2).send("no JSON at all");
    SGN_EVENTUALLY(isNew(*panel, 2));
    QCOMPARE(panel->fleet().count(), 0);
    const Newcomer writer = panel->membership().newcomers().all().constLast();
    QCOMPARE(writer.jid, deviceJid(2));
    QCOMPARE(writer.claimedId, device(2).id);
    QVERIFY2(writer.message.contains(u"command_no"_s), qPrintable(writer.message));
    QVERIFY(!writer.isAsking);
    SGN_EVENTUALLY(panel->membership().newcomers().all().constFirst().isAsking);
    // A command to the whole fleet has no device to go to.
    const auto none = panel->requestLogs({});
    QVERIFY(!none);
    // What is sent to a device reaches it before anything that had been sent to the strangers could come later.
    device(3).start();
    SGN_EVENTUALLY(isNew(*panel, 3));
    panel->membership().accept({deviceJid(3)});
    SGN_EVENTUALLY(isShown(*panel, 3));
    QVERIFY(device(1).bodies.isEmpty());
    QVERIFY(device(2).bodies.isEmpty());
}

void MembershipTest::acceptedAtOneDeskIsADeviceAtAll()
{
    auto south = desk(u"south"_s);
    QVERIFY(south && settles(*south));
    device(1).start();
    SGN_EVENTUALLY(isNew(*south, 1));
    auto north = desk(u"north"_s);
    QVERIFY(north && settles(*north));
    SGN_EVENTUALLY(isNew(*north, 1));
    north->membership().accept({deviceJid(1)});
    SGN_EVENTUALLY(isShown(*north, 1) && isShown(*south, 1));
    QVERIFY(!isNew(*north, 1) && !isNew(*south, 1));
    // A desk that is newly made.
    auto third = desk(u"third"_s);
    QVERIFY(third && settles(*third));
    SGN_EVENTUALLY(isShown(*third, 1));
}

void MembershipTest::acceptedBeforeItShowsUp()
{
    auto panel = desk(u"one"_s);
    auto other = desk(u"two"_s);
    QVERIFY(panel && settles(*panel) && other && settles(*other));
    panel->membership().accept({deviceJid(1), deviceJid(2)});
    QVERIFY(find(*panel, 1) && find(*panel, 2));
    SGN_EVENTUALLY(find(*other, 1) && find(*other, 2));
    device(1).start();
    SGN_EVENTUALLY(isShown(*panel, 1) && isShown(*other, 1));
    QCOMPARE(other->membership().newcomers().count(), 0);
}

void MembershipTest::refusedIsListedAgainWhenItComesBack()
{
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    device(1).start();
    SGN_EVENTUALLY(isNew(*panel, 1));
    panel->membership().refuse({deviceJid(1)});
    QVERIFY(!isNew(*panel, 1));
    m_devices.clear();
    device(1).start();
    SGN_EVENTUALLY(isNew(*panel, 1));
    QCOMPARE(panel->fleet().count(), 0);
}

void MembershipTest::whatAnotherDeskRefusedIsNotListed()
{
    device(1).start();
    {
        auto north = desk(u"north"_s);
        QVERIFY(north && settles(*north));
        SGN_EVENTUALLY(isNew(*north, 1));
    }
    // Its account doesn't request it again by signing in.
    m_devices.clear();
    {
        auto south = desk(u"south"_s);
        QVERIFY(south && settles(*south));
        SGN_EVENTUALLY(isNew(*south, 1));
        south->membership().refuse({deviceJid(1)});
        QSignalSpy stopped(&south->connection(), &xmpp::Session::stopped);
        south->stop();
        SGN_EVENTUALLY(!stopped.isEmpty());
    }
    auto north = openDesk(*m_server, m_folder->filePath(u"north.sqlite"_s), m_clock, {.requestsRepeated = 500ms});
    QVERIFY(north && isNew(*north, 1));
    QVERIFY(settles(*north));
    SGN_EVENTUALLY(!isNew(*north, 1));
}

void MembershipTest::rulesTakeInWhomTheyName()
{
    auto panel = desk(u"one"_s, {u"meter1*"_s});
    QVERIFY(panel && settles(*panel));
    device(1).start();
    device(2).start();
    SGN_EVENTUALLY(isShown(*panel, 1) && isNew(*panel, 2));
    QVERIFY(!find(*panel, 2));
}

void MembershipTest::whomThePanelWroteToIsADevice()
{
    // With a chat client, for example.
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    device(1).session.setTrustedPeers({panelJid});
    device(1).start();
    SGN_EVENTUALLY(isNew(*panel, 1));
    xmpp::SessionOptions options;
    options.role = xmpp::Role::Panel;
    xmpp::Session chat({.jid = panelJid,
                        .password = panelPassword,
                        .host = m_server->address(),
                        .port = m_server->port(),
                        .caFile = m_server->caFile(),
                        .resource = {}},
                       options, m_clock);
    chat.start();
    SGN_EVENTUALLY(chat.isOnline());
    chat.send(deviceJid(1), "{\"command\":\"version_req\"}");
    SGN_EVENTUALLY(isShown(*panel, 1) && !isNew(*panel, 1));
}

void MembershipTest::whomTheStoreKnowsStays()
{
    {
        // As a server without contacts left it.
        const auto store = store::Store::open(m_folder->filePath(u"one.sqlite"_s), panelJid);
        QVERIFY(store);
        Device known;
        known.jid = deviceJid(1);
        (*store)->keep(known);
    }
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    QVERIFY(find(*panel, 1));
    device(1).start();
    SGN_EVENTUALLY(isShown(*panel, 1) && find(*panel, 1)->isContact);
}

void MembershipTest::aRemovedDeviceIsGoneFromAllDesks()
{
    auto north = deskWithADevice(u"north"_s);
    auto south = desk(u"south"_s);
    QVERIFY(north && south && settles(*south));
    SGN_EVENTUALLY(isShown(*south, 1));
    device(1).answer = [](const Command &) {
    };
    const auto open = north->restartProcess(deviceJid(1), u"ocr"_s);
    QVERIFY(open);
    QVERIFY(north->membership().retire({deviceJid(1)}));
    QVERIFY(!find(*north, 1));
    SGN_EVENTUALLY(!find(*south, 1));
    // A command that nothing can answer any more ends.
    const CommandTarget *target = north->commands().target(*open, deviceJid(1));
    QCOMPARE(target->state, TargetState::Failed);
    QCOMPARE(target->facts.constFirst().code, FactCode::DeviceRetired);
    // What happened is kept.
    north->store().flush().waitForFinished();
    ActivityFilter filter;
    filter.jid = deviceJid(1);
    const QList<ActivityEntry> history = north->store().activity(filter);
    QVERIFY(history.size() >= 3);
    QVERIFY(std::ranges::any_of(history,
                                [](const ActivityEntry &entry) { return entry.kind == ActivityKind::DeviceRetired; }));
    // And after a restart it is still gone.
    north.reset();
    north = desk(u"north"_s);
    QVERIFY(north && settles(*north));
    QVERIFY(!find(*north, 1));
}

void MembershipTest::aRemovedDeviceIsNewAgain()
{
    auto panel = deskWithADevice(u"one"_s);
    QVERIFY(panel);
    QVERIFY(panel->membership().retire({deviceJid(1)}));
    panel->store().flush().waitForFinished();
    m_devices.clear();
    device(1).start();
    SGN_EVENTUALLY(isNew(*panel, 1));
    QVERIFY(!find(*panel, 1));
    QVERIFY(panel->membership().newcomers().all().constFirst().retiredAt.isValid());
    // With what was known of it.
    panel->membership().accept({deviceJid(1)});
    QCOMPARE(find(*panel, 1)->rpiUniqueId, device(1).id);
    QVERIFY(find(*panel, 1)->lastReport.isValid());
    SGN_EVENTUALLY(isShown(*panel, 1));
}

void MembershipTest::aClosedDeskLearnsOfARemoval()
{
    auto north = deskWithADevice(u"north"_s);
    QVERIFY(north);
    {
        auto south = desk(u"south"_s);
        QVERIFY(south && settles(*south));
        SGN_EVENTUALLY(isShown(*south, 1));
    }
    m_devices.clear();
    QVERIFY(north->membership().retire({deviceJid(1)}));
    QSignalSpy gone(&north->connection(), &xmpp::Session::contactRemoved);
    SGN_EVENTUALLY(!gone.isEmpty());
    auto south = desk(u"south"_s);
    QVERIFY(south && find(*south, 1) && settles(*south));
    QVERIFY(!find(*south, 1));
}

void MembershipTest::aServerWithoutContactsEmptiesNoFleet()
{
    {
        const auto store = store::Store::open(m_folder->filePath(u"one.sqlite"_s), panelJid);
        QVERIFY(store);
        for (int n = 0; n < 20; ++n) {
            Device known;
            known.jid = u"known%1@localhost"_s.arg(n);
            known.isContact = true;
            (*store)->keep(known);
        }
    }
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    QCOMPARE(panel->fleet().count(), 20);
    QVERIFY(panel->warnings().constLast().has(FactCode::ContactsMissing));
}

void MembershipTest::removingNeedsTheServer()
{
    auto panel = deskWithADevice(u"one"_s);
    QVERIFY(panel);
    m_server->stop();
    SGN_EVENTUALLY(!panel->session().isOnline());
    const auto refused = panel->membership().retire({deviceJid(1)});
    QVERIFY(!refused);
    QVERIFY(refused.error().has(FactCode::NotConnected));
    QVERIFY(find(*panel, 1));
}

void MembershipTest::aDeviceOfTheServersGroupsNeedsNoClick()
{
    m_server = FleetServer::make();
    QVERIFY2(m_server->start(accounts(deviceCount)), qPrintable(m_server->errorString()));
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    QCOMPARE(panel->fleet().count(), deviceCount);
    device(1).start();
    SGN_EVENTUALLY(isShown(*panel, 1));
    QCOMPARE(panel->membership().newcomers().count(), 0);
    // The server puts it among the contacts again, so it is a newcomer then.
    QVERIFY(panel->membership().retire({deviceJid(1)}));
    QVERIFY(!find(*panel, 1));
    panel.reset();
    m_devices.clear();
    panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    QVERIFY(!find(*panel, 1));
    QVERIFY(isNew(*panel, 1));
    panel->membership().accept({deviceJid(1)});
    QVERIFY(find(*panel, 1) && find(*panel, 1)->isContact);
}

// The server makes a pre-approval of the request, which is among the contacts it sends.
void MembershipTest::aStrangerInAPublicGroupIsNoContact()
{
    m_server = FleetServer::make();
    QVERIFY2(m_server->start(accounts(1)), qPrintable(m_server->errorString()));
    QVERIFY(m_server->addAccount(deviceJid(2), u"secret-2"_s));
    QSignalSpy online(&device(2).session, &xmpp::Session::serverTimeKnown);
    device(2).start();
    SGN_EVENTUALLY(!online.isEmpty());
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    QVERIFY(find(*panel, 1));
    QVERIFY(isNew(*panel, 2) && !find(*panel, 2));
    QVERIFY(device(2).bodies.isEmpty());
    // Refused, it doesn't come back by what the server keeps.
    QSignalSpy stopped(&panel->connection(), &xmpp::Session::stopped);
    panel->membership().refuse({deviceJid(2)});
    panel->stop();
    SGN_EVENTUALLY(!stopped.isEmpty());
    QSignalSpy settled(&panel->session(), &PanelSession::settled);
    panel->start();
    SGN_EVENTUALLY(!settled.isEmpty());
    QVERIFY(!isNew(*panel, 2) && !find(*panel, 2));
    // It requests it again while the desk is open, and is accepted.
    m_devices.clear();
    device(2).start();
    SGN_EVENTUALLY(isNew(*panel, 2));
    panel->membership().accept({deviceJid(2)});
    SGN_EVENTUALLY(isShown(*panel, 2) && find(*panel, 2)->isContact);
}

// As when the first cards of an installation are switched on. SGN_TEST_DEVICES makes it more of them, to see how long
// the server takes.
void MembershipTest::acceptsManyAtOnce()
{
    constexpr int some = 40;
    constexpr int patience = 240'000;
    bool isGiven = false;
    const int given = qEnvironmentVariableIntValue("SGN_TEST_DEVICES", &isGiven);
    const int count = isGiven ? given : some;
    for (int n = deviceCount + 1; n <= count; ++n) {
        QVERIFY2(m_server->addAccount(deviceJid(n), accounts(n).value(deviceJid(n))),
                 qPrintable(m_server->errorString()));
    }
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    QStringList jids;
    for (int n = 1; n <= count; ++n) {
        device(n).start();
        jids += deviceJid(n);
    }
    const auto &newcomers = panel->membership().newcomers();
    QTRY_COMPARE_WITH_TIMEOUT(newcomers.all().size(), count, patience);
    QElapsedTimer timer;
    timer.start();
    panel->membership().accept(jids);
    QTRY_VERIFY_WITH_TIMEOUT(std::ranges::all_of(jids,
                                                 [&panel](const QString &jid) {
                                                     const Device *device = panel->fleet().find(jid);
                                                     return device && device->isContact && device->online &&
                                                            device->lastReport.isValid();
                                                 }),
                             patience);
    qInfo("%d devices are contacts, online and have reported %lld ms after the click", count, timer.elapsed());
    QCOMPARE(panel->fleet().count(), count);
    QVERIFY(newcomers.all().isEmpty());
}

QTEST_GUILESS_MAIN(MembershipTest)
#include "tst_membership.moc"
