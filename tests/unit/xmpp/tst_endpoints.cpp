// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Endpoints.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn::xmpp;

namespace {

using Tls = Account::Tls;

Account account(const QString &host, quint16 port, Tls tls)
{
    return {.jid = u"meter@example.org"_s,
            .password = {},
            .host = host,
            .port = port,
            .caFile = {},
            .tls = tls,
            .resource = {}};
}

// "d a:1" is direct TLS at host a, port 1; "s a:1" STARTTLS.
QString text(const QList<Endpoint> &endpoints)
{
    QStringList all;
    for (const Endpoint &endpoint : endpoints) {
        all += u"%1 %2:%3"_s.arg(endpoint.tls == Tls::Direct ? u"d"_s : u"s"_s, endpoint.host).arg(endpoint.port);
    }
    return all.join(u", "_s);
}

double first()
{
    return 0;
}

double last()
{
    return 0.999;
}

const ServiceRecord none{.target = u"."_s};

} // namespace

class EndpointsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ordersWhereToConnect_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<int>("port");
        QTest::addColumn<bool>("startTls");
        QTest::addColumn<QList<ServiceRecord>>("direct");
        QTest::addColumn<QList<ServiceRecord>>("plain");
        QTest::addColumn<QString>("expected");

        const QList<ServiceRecord> no;
        const QList<ServiceRecord> direct{{u"b"_s, 443, 5, 0}, {u"a"_s, 5223, 1, 0}};
        const QList<ServiceRecord> plain{{u"c"_s, 5222, 0, 0}};
        QTest::newRow("host and port") << u"h"_s << 99 << false << direct << plain << u"d h:99"_s;
        QTest::newRow("host, port, STARTTLS") << u"h"_s << 99 << true << direct << plain << u"s h:99"_s;
        QTest::newRow("a port alone") << QString() << 99 << false << direct << plain << u"d example.org:99"_s;
        QTest::newRow("a host alone") << u"h"_s << 0 << false << direct << plain << u"d h:5223, s h:5222"_s;
        QTest::newRow("a host alone, STARTTLS") << u"h"_s << 0 << true << direct << plain << u"s h:5222"_s;
        QTest::newRow("records") << QString() << 0 << false << direct << plain << u"d a:5223, d b:443, s c:5222"_s;
        QTest::newRow("records of one kind") << QString() << 0 << false << no << plain << u"s c:5222"_s;
        QTest::newRow("STARTTLS leaves out the others") << QString() << 0 << true << direct << plain << u"s c:5222"_s;
        QTest::newRow("no records") << QString() << 0 << false << no << no
                                    << u"d example.org:5223, s example.org:5222"_s;
        QTest::newRow("no records, STARTTLS") << QString() << 0 << true << no << no << u"s example.org:5222"_s;
        QTest::newRow("one kind isn't served")
            << QString() << 0 << false << QList<ServiceRecord>{none} << plain << u"s c:5222"_s;
        QTest::newRow("nothing is served")
            << QString() << 0 << false << QList<ServiceRecord>{none} << QList<ServiceRecord>{none} << QString();
        QTest::newRow("nonsense") << QString() << 0 << false
                                  << QList<ServiceRecord>{{u"a"_s, 0, 0, 0}, {QString(), 5, 0, 0}} << plain
                                  << u"s c:5222"_s;
        QTest::newRow("twice the same") << QString() << 0 << false << direct + direct << no << u"d a:5223, d b:443"_s;
    }

    void ordersWhereToConnect()
    {
        QFETCH(const QString, host);
        QFETCH(const int, port);
        QFETCH(const bool, startTls);
        QFETCH(const QList<ServiceRecord>, direct);
        QFETCH(const QList<ServiceRecord>, plain);
        QFETCH(const QString, expected);
        const Account of = account(host, static_cast<quint16>(port), startTls ? Tls::StartTls : Tls::Direct);
        QCOMPARE(text(endpointsOf(of, {direct, plain}, {}, first)), expected);
    }

    void choosesByWeightAmongEquals()
    {
        const Account of = account({}, 0, Tls::Direct);
        const ServiceRecords records{{{u"light"_s, 1, 0, 1}, {u"heavy"_s, 1, 0, 99}, {u"later"_s, 1, 1, 0}}, {}};
        QCOMPARE(text(endpointsOf(of, records, {}, first)), u"d light:1, d heavy:1, d later:1"_s);
        QCOMPARE(text(endpointsOf(of, records, {}, last)), u"d heavy:1, d light:1, d later:1"_s);
    }

    void triesTheNodesOfAClusterInTurn()
    {
        Account of = account(u"h"_s, 99, Tls::Direct);
        of.servers = {{u"one"_s, 5223}, {u"two"_s, 5223}, {u"two"_s, 5223}, {u"three"_s, 0}};
        const ServiceRecords records{{{u"other"_s, 1, 0, 0}}, {}};
        QVERIFY(!usesServiceRecords(of));
        QCOMPARE(text(endpointsOf(of, records, {}, first)), u"d one:5223, d two:5223"_s);
        QCOMPARE(text(endpointsOf(of, records, {}, last)), u"d two:5223, d one:5223"_s);
        QCOMPARE(text(endpointsOf(of, records, {{u"one"_s, 5223, Tls::Direct}}, first)), u"d two:5223, d one:5223"_s);
        of.tls = Tls::StartTls;
        QCOMPARE(text(endpointsOf(of, records, {}, first)), u"s one:5223, s two:5223"_s);
    }

    // Each attempt begins where the last failure is longest ago.
    void triesLastWhatFailed()
    {
        const Account of = account({}, 0, Tls::Direct);
        const ServiceRecords records{{{u"a"_s, 1, 0, 0}, {u"b"_s, 1, 1, 0}, {u"c"_s, 1, 2, 0}}, {}};
        const Endpoint a{u"a"_s, 1, Tls::Direct};
        const Endpoint b{u"b"_s, 1, Tls::Direct};
        const Endpoint elsewhere{u"z"_s, 1, Tls::Direct};
        QCOMPARE(text(endpointsOf(of, records, {a}, first)), u"d b:1, d c:1, d a:1"_s);
        QCOMPARE(text(endpointsOf(of, records, {b, a}, first)), u"d c:1, d b:1, d a:1"_s);
        QCOMPARE(text(endpointsOf(of, records, {elsewhere}, first)), u"d a:1, d b:1, d c:1"_s);
        // A name that isn't looked up has one place only.
        QCOMPARE(text(endpointsOf(account(u"a"_s, 1, Tls::Direct), records, {a}, first)), u"d a:1"_s);
    }

    void aZoneCannotMakeAnAttemptEndless()
    {
        ServiceRecords records;
        for (quint16 i = 1; i < 1000; ++i) {
            records.direct += {u"host"_s, i, 0, 65535};
        }
        QVERIFY(endpointsOf(account({}, 0, Tls::Direct), records, {}, last).size() <= 16);
    }
};

QTEST_GUILESS_MAIN(EndpointsTest)
#include "tst_endpoints.moc"
