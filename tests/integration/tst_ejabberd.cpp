// SPDX-License-Identifier: GPL-3.0-or-later
// What an ejabberd does otherwise than Prosody, and what a fleet and its desks have of it all the same. The tests that
// run on both are named in CMakeLists.txt.
#include "integration/PanelDesk.h"
#include "integration/XmppLink.h"
#include "support/EjabberdServer.h"

#include <QSignalSpy>
#include <QTemporaryDir>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

#define SGN_EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 30'000)

namespace {

// The server at the other end of a link.
class LinkedServer final : public XmppServer
{
public:
    LinkedServer(const XmppServer &server, const Link &link)
        : m_server(server)
        , m_link(link)
    {}
    QString address() const override { return m_server.address(); }
    quint16 port() const override { return m_link.port(); }
    QString caFile() const override { return m_server.caFile(); }

private:
    const XmppServer &m_server;
    const Link &m_link;
};

} // namespace

class EjabberdTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aDeskFindsEveryService();
    void aCommandOutlivesACutLink_data();
    void aCommandOutlivesACutLink();
    void aStoreOfAnotherServerMissesNothing_data();
    void aStoreOfAnotherServerMissesNothing();
    void devicesAreAcceptedWithinDebiansLimits();
    void nothingIsLostBeyondDebiansOfflineStore();

private:
    [[nodiscard]] static bool isDone(Panel &panel, CommandNo number)
    {
        const CommandTarget *target = panel.commands().target(number, deviceJid(1));
        return target && target->state == TargetState::Done;
    }
    [[nodiscard]] bool start(const FleetServer::Options &options, EjabberdServer::Setup setup = {}, int devices = 1);
    [[nodiscard]] std::unique_ptr<Panel> desk(const QString &store, const DeskOptions &options = {})
    {
        return openDesk(*m_server, m_folder->filePath(store + u".sqlite"_s), m_clock, options);
    }
    FakeDevice &device(int n) { return m_devices.at(*m_server, n); }

    std::unique_ptr<EjabberdServer> m_server;
    SystemClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    FakeDevices m_devices;
};

void EjabberdTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void EjabberdTest::cleanup()
{
    m_devices.clear();
    m_server.reset();
}

bool EjabberdTest::start(const FleetServer::Options &options, EjabberdServer::Setup setup, int devices)
{
    m_server = std::make_unique<EjabberdServer>(options, setup);
    if (!m_server->start(accounts(devices))) {
        qCritical().noquote() << m_server->errorString();
        return false;
    }
    return true;
}

void EjabberdTest::aDeskFindsEveryService()
{
    QVERIFY(start({}));
    auto panel = desk(u"one"_s);
    QVERIFY(panel);
    QSignalSpy time(&panel->connection(), &xmpp::Session::serverTimeKnown);
    QSignalSpy caughtUp(&panel->session(), &PanelSession::caughtUp);
    QVERIFY(settles(*panel));
    SGN_EVENTUALLY(!time.isEmpty() && !caughtUp.isEmpty() && panel->connection().canUpload() &&
                   panel->notes().reach() != SharedNotes::Reach::Unknown);
    QCOMPARE(panel->notes().reach(), SharedNotes::Reach::AllDesks);
    QCOMPARE(panel->connection().uploadLimit(), 512LL * 1024 * 1024);
}

void EjabberdTest::aCommandOutlivesACutLink_data()
{
    QTest::addColumn<bool>("assumesArchiveIsRead");
    QTest::newRow("to be delivered once more") << false;
    QTest::newRow("taken as read in the archive") << true;
}

// The server takes the session for alive for as long as it may be resumed, which no client of ours does. When the next
// one comes, ejabberd loses what it routes anew, and shows the end of the old session after the beginning of the new
// one.
void EjabberdTest::aCommandOutlivesACutLink()
{
    QFETCH(const bool, assumesArchiveIsRead);
    QVERIFY(start({}, {.assumesArchiveIsRead = assumesArchiveIsRead}));
    Link link(m_server->port());
    FakeDevice meter(LinkedServer(*m_server, link), 1);
    meter.isModern = true;
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    meter.start();
    const auto shown = [&panel] {
        return panel->fleet().find(deviceJid(1));
    };
    SGN_EVENTUALLY(shown() && shown()->online && shown()->lastReport.isValid());
    QVERIFY(shown()->isModern);
    link.stall();
    QSignalSpy acknowledged(&panel->connection(), &xmpp::Session::acknowledged);
    const auto number = panel->restartProcess(deviceJid(1), u"ocr"_s);
    QVERIFY(number);
    SGN_EVENTUALLY(!acknowledged.isEmpty());
    QVERIFY(!isDone(*panel, *number));
    link.reset();
    SGN_EVENTUALLY(isDone(*panel, *number));
    QVERIFY(shown()->online);
}

void EjabberdTest::aStoreOfAnotherServerMissesNothing_data()
{
    QTest::addColumn<QString>("place");
    QTest::newRow("of Prosody 0.12") << u"yPp7ZCUJ9Zb2Vq6XU4xGd1Wm"_s;
    QTest::newRow("of Prosody 13") << u"01932f6e-4f7c-7c2c-9a3e-5d1f0c7b8a90"_s;
    QTest::newRow("below all of this one") << u"1"_s;
}

// Its place in the archive is one that this server never had. ejabberd's ids are times, and what isn't one is compared
// all the same.
void EjabberdTest::aStoreOfAnotherServerMissesNothing()
{
    QFETCH(const QString, place);
    QVERIFY(start({}));
    device(1).start();
    CommandNo number = 0;
    {
        auto first = desk(u"first"_s);
        QVERIFY(first && settles(*first));
        const auto restart = first->restartProcess(deviceJid(1), u"ocr"_s);
        QVERIFY(restart);
        number = *restart;
        SGN_EVENTUALLY(isDone(*first, number));
    }
    // More than a page.
    QSignalSpy acknowledged(&device(1).session, &xmpp::Session::acknowledged);
    constexpr int others = 300;
    for (int i = 0; i < others; ++i) {
        device(1).send(device(1).result(static_cast<CommandNo>(i + 1), true));
    }
    SGN_EVENTUALLY(acknowledged.size() >= others);
    device(1).answer = [](const Command &) {
    };
    {
        const auto store = store::Store::open(m_folder->filePath(u"moved.sqlite"_s), panelJid);
        QVERIFY(store);
        (*store)->keepArchiveId(place);
    }
    auto moved = desk(u"moved"_s);
    QVERIFY(moved);
    QSignalSpy caughtUp(&moved->session(), &PanelSession::caughtUp);
    QVERIFY(settles(*moved));
    SGN_EVENTUALLY(!caughtUp.isEmpty());
    QVERIFY(isDone(*moved, number));
    // And goes on from this server's place.
    SGN_EVENTUALLY(moved->store().archiveId() != place);
}

// The server drops what is over five subscriptions in a minute, without an error. The contacts are made all the
// same, and the presence that devices send to the panel itself is no subscription.
void EjabberdTest::devicesAreAcceptedWithinDebiansLimits()
{
    constexpr int devices = 8;
    QVERIFY(start({.groups = false}, {.debianLimits = true}, devices));
    auto one = desk(u"one"_s);
    auto other = desk(u"other"_s);
    QVERIFY(one && other && settles(*one) && settles(*other));
    QStringList jids;
    for (int n = 1; n <= devices; ++n) {
        device(n).start();
        jids += deviceJid(n);
    }
    SGN_EVENTUALLY(one->membership().newcomers().count() == devices);
    one->membership().accept(jids);
    const auto areShown = [&jids](Panel &panel) {
        return std::ranges::all_of(jids, [&panel](const QString &jid) {
            const Device *device = panel.fleet().find(jid);
            return device && device->online && device->isContact && device->lastReport.isValid();
        });
    };
    SGN_EVENTUALLY(areShown(*one));
    SGN_EVENTUALLY(areShown(*other));
    // There was a limit; the log is written a moment later.
    SGN_EVENTUALLY(m_server->log().contains(u"presence subscriptions"));
}

// It keeps a hundred messages for an account that is offline. The archive has them all.
void EjabberdTest::nothingIsLostBeyondDebiansOfflineStore()
{
    QVERIFY(start({}, {.debianLimits = true}));
    device(1).start();
    SGN_EVENTUALLY(device(1).session.isOnline());
    QSignalSpy acknowledged(&device(1).session, &xmpp::Session::acknowledged);
    constexpr int messages = 110;
    for (int i = 0; i < messages; ++i) {
        device(1).send(device(1).result(static_cast<CommandNo>(i + 1), true));
    }
    SGN_EVENTUALLY(acknowledged.size() >= messages);
    device(1).version = 9;
    device(1).send(device(1).seedReport());
    SGN_EVENTUALLY(acknowledged.size() >= messages + 1);
    device(1).answer = [](const Command &) {
    };
    auto panel = desk(u"one"_s);
    QVERIFY(panel && settles(*panel));
    QCOMPARE(panel->fleet().highestVersion(u"ocr"_s), 9);
}

QTEST_GUILESS_MAIN(EjabberdTest)
#include "tst_ejabberd.moc"
