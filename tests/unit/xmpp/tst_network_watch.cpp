// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/OwnNetwork.h"
#include "xmpp/NetworkWatch.h"

#include <cstring>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <QSignalSpy>
#include <QtTest>

using namespace sgn::test;
using namespace sgn::xmpp;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int limit = 30'000;

// As the kernel sends it.
template <typename Body>
QByteArray message(quint16 type, const Body &body)
{
    nlmsghdr header{};
    header.nlmsg_len = static_cast<quint32>(NLMSG_LENGTH(sizeof body));
    header.nlmsg_type = type;
    QByteArray bytes(static_cast<qsizetype>(NLMSG_SPACE(sizeof body)), '\0');
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + NLMSG_HDRLEN, &body, sizeof body);
    return bytes;
}

QByteArray address(quint16 type, quint8 scope)
{
    ifaddrmsg body{};
    body.ifa_scope = scope;
    return message(type, body);
}

QByteArray route(quint16 type, quint8 prefix, quint8 kind = RTN_UNICAST)
{
    rtmsg body{};
    body.rtm_dst_len = prefix;
    body.rtm_type = kind;
    return message(type, body);
}

QByteArray link(bool isRunning, int index = 2, quint16 type = RTM_NEWLINK)
{
    ifinfomsg body{};
    body.ifi_index = index;
    body.ifi_flags = isRunning ? IFF_UP | IFF_RUNNING : IFF_UP;
    return message(type, body);
}

} // namespace

class TestNetworkWatch : public QObject
{
    Q_OBJECT

private:
    QString m_trouble;

private Q_SLOTS:
    void initTestCase() { m_trouble = enterOwnNetwork(); }

    void knowsWhatBringsANetwork_data()
    {
        QTest::addColumn<QByteArray>("messages");
        QTest::addColumn<bool>("brings");
        QTest::newRow("an address") << address(RTM_NEWADDR, RT_SCOPE_UNIVERSE) << true;
        QTest::newRow("an address for the link") << address(RTM_NEWADDR, RT_SCOPE_LINK) << true;
        QTest::newRow("a loopback address") << address(RTM_NEWADDR, RT_SCOPE_HOST) << false;
        QTest::newRow("an address less") << address(RTM_DELADDR, RT_SCOPE_UNIVERSE) << false;
        QTest::newRow("a way out") << route(RTM_NEWROUTE, 0) << true;
        QTest::newRow("no way out") << route(RTM_NEWROUTE, 0, RTN_UNREACHABLE) << false;
        QTest::newRow("a way to some place") << route(RTM_NEWROUTE, 24) << false;
        QTest::newRow("a way out less") << route(RTM_DELROUTE, 0) << false;
        QTest::newRow("a carrier, as before") << link(true) << false;
        QTest::newRow("no carrier") << link(false) << false;
        QTest::newRow("a carrier again") << link(false) + link(true) << true;
        QTest::newRow("another one's carrier") << link(false, 2) + link(true, 3) << false;
        QTest::newRow("a new interface of an old number")
            << link(false) + link(false, 2, RTM_DELLINK) + link(true) << false;
        QTest::newRow("among others") << link(true) + address(RTM_NEWADDR, RT_SCOPE_UNIVERSE) + link(true) << true;
        QTest::newRow("nothing") << QByteArray() << false;
        QTest::newRow("something else") << message(RTM_NEWNEIGH, ifaddrmsg{}) << false;
        QTest::newRow("zeros") << QByteArray(64, '\0') << false;
        QTest::newRow("longer than it is") << QByteArray("\xff\xff\xff\x7f", 4) + QByteArray(60, '\0') << false;
        QByteArray shortOne = address(RTM_NEWADDR, RT_SCOPE_UNIVERSE);
        shortOne[0] = NLMSG_HDRLEN;
        QTest::newRow("without its body") << shortOne << false;
    }

    void knowsWhatBringsANetwork()
    {
        QFETCH(const QByteArray, messages);
        QFETCH(const bool, brings);
        QHash<int, bool> carriers;
        QCOMPARE(bringsNetwork(messages, carriers), brings);
    }

    void aCutMessageReportsNothing()
    {
        for (const QByteArray &whole : {address(RTM_NEWADDR, RT_SCOPE_UNIVERSE), route(RTM_NEWROUTE, 0)}) {
            const auto length = *reinterpret_cast<const quint32 *>(whole.constData());
            for (qsizetype size = 0; size < static_cast<qsizetype>(length); ++size) {
                QHash<int, bool> carriers;
                QVERIFY(!bringsNetwork(whole.first(size), carriers));
            }
        }
    }

    void reportsChangesFromTheKernel()
    {
        if (!m_trouble.isEmpty()) {
            QSKIP(qPrintable(m_trouble));
        }
        NetworkWatch watch({1ms, 2ms});
        const QSignalSpy came(&watch, &NetworkWatch::came);
        QVERIFY(changeNetwork(u"address add 10.9.8.7/32 dev lo"_s));
        QTRY_COMPARE_WITH_TIMEOUT(came.size(), 1, limit);
        QVERIFY(changeNetwork(u"route add default dev lo"_s));
        QTRY_COMPARE_WITH_TIMEOUT(came.size(), 2, limit);
        QVERIFY(changeNetwork(u"route del default dev lo"_s));
        QVERIFY(changeNetwork(u"address del 10.9.8.7/32 dev lo"_s));
        // What comes last comes after whatever came of those.
        QVERIFY(changeNetwork(u"address add 10.9.8.6/32 dev lo"_s));
        QTRY_COMPARE_WITH_TIMEOUT(came.size(), 3, limit);
    }

    void severalThingsAtOnceAreReportedOnce()
    {
        if (!m_trouble.isEmpty()) {
            QSKIP(qPrintable(m_trouble));
        }
        NetworkWatch watch({200ms, 300ms});
        const QSignalSpy came(&watch, &NetworkWatch::came);
        for (int n = 1; n <= 20; ++n) {
            QVERIFY(changeNetwork(u"address add 10.9.7.%1/32 dev lo"_s.arg(n)));
        }
        QTRY_COMPARE_WITH_TIMEOUT(came.size(), 1, limit);
    }
};

QTEST_GUILESS_MAIN(TestNetworkWatch)
#include "tst_network_watch.moc"
