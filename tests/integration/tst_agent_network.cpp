// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/XmppPanelLink.h"
#include "integration/XmppEndpoint.h"
#include "support/OwnNetwork.h"

#include <QElapsedTimer>
#include <QSignalSpy>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int limit = 60'000;
const QString deviceJid = u"device@localhost"_s;
const QString panelJid = u"panel@localhost"_s;

} // namespace

// A device whose network comes back while it would still wait for a long time, in a network of the test's own.
class TestAgentNetwork : public QObject
{
    Q_OBJECT

private:
    QString m_trouble;

private Q_SLOTS:
    void initTestCase() { m_trouble = enterOwnNetwork(); }

    // Without a probe it would take the ping's hour.
    void aSilentNetworkIsNoticedBetweenTwoPings()
    {
        if (!m_trouble.isEmpty()) {
            QSKIP(qPrintable(m_trouble));
        }
        ProsodyServer server;
        QVERIFY2(server.start({{deviceJid, u"d"_s}}), qPrintable(server.errorString()));
        xmpp::SessionOptions options = quickOptions(xmpp::Role::Device);
        options.pingInterval = 1h;
        options.keepAlive = {.longest = 1s, .shortest = 1s};
        Endpoint device(accountOn(server, deviceJid, u"d"_s), options);
        device.session.start();
        SGN_EVENTUALLY(device.session.isOnline());
        QVERIFY(changeNetwork(u"link set lo down"_s));
        SGN_EVENTUALLY(!device.session.isOnline());
        QVERIFY(changeNetwork(u"link set lo up"_s));
        SGN_EVENTUALLY(device.logins == 2);
    }

    // A new address may mean that the old connection leads nowhere.
    void aChangedNetworkIsPinged()
    {
        if (!m_trouble.isEmpty()) {
            QSKIP(qPrintable(m_trouble));
        }
        ProsodyServer server;
        QVERIFY2(server.start({{deviceJid, u"d"_s}, {panelJid, u"p"_s}}), qPrintable(server.errorString()));
        xmpp::SessionOptions options = quickOptions(xmpp::Role::Device);
        options.pingInterval = 1h;
        options.pingTimeout = 1s;
        const SystemClock clock;
        agent::XmppPanelLink link(accountOn(server, deviceJid, u"d"_s), panelJid, options, clock);
        const QSignalSpy online(&link, &agent::PanelLink::online);
        const QSignalSpy offline(&link, &agent::PanelLink::offline);
        link.start();
        QTRY_COMPARE_WITH_TIMEOUT(online.size(), 1, limit);
        server.freeze();
        QVERIFY(changeNetwork(u"address add 10.9.8.6/32 dev lo"_s));
        QTRY_COMPARE_WITH_TIMEOUT(offline.size(), 1, limit);
        server.thaw();
        QTRY_COMPARE_WITH_TIMEOUT(online.size(), 2, limit);
    }

    void aServerThatRepliesToThePingIsKept()
    {
        if (!m_trouble.isEmpty()) {
            QSKIP(qPrintable(m_trouble));
        }
        ProsodyServer server;
        QVERIFY2(server.start({{deviceJid, u"d"_s}}), qPrintable(server.errorString()));
        xmpp::SessionOptions options = quickOptions(xmpp::Role::Device);
        options.pingInterval = 1h;
        options.pingTimeout = 1s;
        Endpoint device(accountOn(server, deviceJid, u"d"_s), options);
        device.session.start();
        SGN_EVENTUALLY(device.session.isOnline());
        QSignalSpy offline(&device.session, &xmpp::Session::offline);
        device.session.tryNow();
        QVERIFY(!offline.wait(3'000));
    }

    void isBackAsSoonAsThereIsANetwork()
    {
        if (!m_trouble.isEmpty()) {
            QSKIP(qPrintable(m_trouble));
        }
        ProsodyServer server;
        QVERIFY2(server.start({{deviceJid, u"d"_s}, {panelJid, u"p"_s}}), qPrintable(server.errorString()));
        xmpp::SessionOptions options = quickOptions(xmpp::Role::Device);
        options.reconnect = {.first = 1h, .ceiling = 2h, .stableAfter = 24h};
        const SystemClock clock;
        agent::XmppPanelLink link(accountOn(server, deviceJid, u"d"_s), panelJid, options, clock);
        const QSignalSpy online(&link, &agent::PanelLink::online);
        const QSignalSpy offline(&link, &agent::PanelLink::offline);
        link.start();
        QTRY_COMPARE_WITH_TIMEOUT(online.size(), 1, limit);
        server.kill();
        QTRY_COMPARE_WITH_TIMEOUT(offline.size(), 1, limit);
        QVERIFY2(server.start(), qPrintable(server.errorString()));
        QElapsedTimer timer;
        timer.start();
        QVERIFY(changeNetwork(u"address add 10.9.8.7/32 dev lo"_s));
        QTRY_COMPARE_WITH_TIMEOUT(online.size(), 2, limit);
        qInfo("online %lld ms after the network came back", timer.elapsed());
        const QSignalSpy stopped(&link, &agent::XmppPanelLink::stopped);
        link.stop();
        QTRY_COMPARE_WITH_TIMEOUT(stopped.size(), 1, limit);
    }
};

QTEST_GUILESS_MAIN(TestAgentNetwork)
#include "tst_agent_network.moc"
