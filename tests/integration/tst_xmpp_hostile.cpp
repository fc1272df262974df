// SPDX-License-Identifier: GPL-3.0-or-later
// A session against servers and people on the path that mean no good.
#include "integration/XmppEndpoint.h"
#include "integration/XmppFakeServer.h"

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::test;
using namespace sgn::xmpp;
using namespace std::chrono_literals;

namespace {

const QString panelJid = u"panel@localhost"_s;
const QByteArray scram =
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms>";
const QByteArray command =
    "<message from='boss@localhost/x' type='chat'><body>{\"command\":\"reboot_system\"}</body></message>";
const QByteArray canary = "canary-7f3a";

SessionOptions options(Role role = Role::Panel)
{
    SessionOptions quick = quickOptions(role);
    quick.connectTimeout = 3s;
    return quick;
}

QByteArray nested(int depth)
{
    return QByteArray("<a>").repeated(depth) + QByteArray("</a>").repeated(depth);
}

QByteArray manyAttributes(int count)
{
    QByteArray attributes;
    for (int number = 0; number < count; ++number) {
        attributes += " a" + QByteArray::number(number) + "=''";
    }
    return attributes;
}

} // namespace

class XmppHostileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(m_ca.isValid(), qPrintable(m_ca.errorString()));
        m_certificate = m_ca.issue(u"localhost"_s);
        QVERIFY(!m_certificate.certificate.isNull());
    }

    void aSilentServerIsGivenUp_data()
    {
        QTest::addColumn<FakeServer::Transport>("transport");
        QTest::newRow("before TLS") << FakeServer::Transport::Plain;
        QTest::newRow("after TLS") << FakeServer::Transport::Tls;
    }

    void aSilentServerIsGivenUp()
    {
        QFETCH(const FakeServer::Transport, transport);
        FakeServer server(transport, m_certificate);
        SessionOptions impatient = options();
        impatient.connectTimeout = 300ms;
        Endpoint panel(account(server), impatient);
        panel.session.start();
        SGN_EVENTUALLY(server.connections() >= 3);
        QCOMPARE(panel.losses.size(), 1);
        QCOMPARE(panel.losses.first().code, ErrorCode::Timeout);
    }

    void aServerThatGoesSilentIsLeft()
    {
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn();
        SessionOptions watchful = options();
        watchful.pingInterval = 2s;
        watchful.pingTimeout = 1s;
        Endpoint panel(account(server), watchful);
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        SGN_EVENTUALLY(!panel.losses.isEmpty());
        QCOMPARE(panel.losses.first().code, ErrorCode::Timeout);
        SGN_EVENTUALLY(server.connections() >= 2);
    }

    void certificatesAreChecked_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("fromDay");
        QTest::addColumn<int>("untilDay");
        QTest::addColumn<QString>("words");
        QTest::newRow("of another host") << u"im.example.org"_s << -1 << 30 << u"another host"_s;
        QTest::newRow("expired") << u"localhost"_s << -30 << -1 << u"expired on"_s;
        QTest::newRow("not yet valid") << u"localhost"_s << 5 << 30 << u"isn't valid before"_s;
        // The address that was connected to is nothing the account is named after.
        QTest::newRow("of the address") << u"127.0.0.1"_s << -1 << 30 << u"another host"_s;
    }

    void certificatesAreChecked()
    {
        QFETCH(const QString, name);
        QFETCH(const int, fromDay);
        QFETCH(const int, untilDay);
        QFETCH(const QString, words);
        FakeServer server(FakeServer::Transport::Tls, m_ca.issue(name, {.fromDay = fromDay, .untilDay = untilDay}));
        server.letIn();
        Endpoint panel(account(server), options());
        panel.session.start();
        SGN_EVENTUALLY(!panel.losses.isEmpty());
        QCOMPARE(panel.losses.first().code, ErrorCode::Refused);
        QVERIFY2(panel.losses.first().message.contains(words), qPrintable(panel.losses.first().message));
        QVERIFY2(server.received().isEmpty(), "not a word to a server that isn't the one");
    }

    void nothingBeforeTheSessionIsAccepted_data()
    {
        QTest::addColumn<FakeServer::Transport>("transport");
        QTest::addColumn<QByteArray>("injected");
        for (const auto transport : {FakeServer::Transport::Plain, FakeServer::Transport::Tls}) {
            const char *name = transport == FakeServer::Transport::Plain ? "plain" : "TLS";
            QTest::addRow("message, %s", name) << transport << command;
            QTest::addRow("message from ourselves, %s", name)
                << transport << QByteArray("<message><body>{\"command\":\"reboot_system\"}</body></message>");
            QTest::addRow("carbon, %s", name)
                << transport
                << "<message from='panel@localhost'><sent xmlns='urn:xmpp:carbons:2'><forwarded "
                   "xmlns='urn:xmpp:forward:0'>" +
                       QByteArray(command).replace("<message", "<message xmlns='jabber:client'") +
                       "</forwarded></sent></message>";
            QTest::addRow("presence, %s", name) << transport << QByteArray("<presence from='boss@localhost/x'/>");
            QTest::addRow("roster, %s", name)
                << transport
                << QByteArray("<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='a@b' "
                              "subscription='both'/></query></iq>");
        }
    }

    void nothingBeforeTheSessionIsAccepted()
    {
        QFETCH(const FakeServer::Transport, transport);
        QFETCH(const QByteArray, injected);
        FakeServer server(transport, m_certificate);
        const bool plain = transport == FakeServer::Transport::Plain;
        server.onWords = [&](const QByteArray &words) {
            if (!words.contains("<stream:stream")) {
                return;
            }
            server.send(
                "<?xml version='1.0'?><stream:stream from='localhost' id='s1' version='1.0' xmlns='jabber:client' "
                "xmlns:stream='http://etherx.jabber.org/streams'>" +
                injected);
            server.send("<stream:features>" + (plain ? QByteArray() : scram) + "</stream:features>");
        };
        Account target = account(server);
        target.tls = plain ? Account::Tls::StartTls : Account::Tls::Direct;
        SessionOptions impatient = options();
        impatient.connectTimeout = 500ms;
        Endpoint panel(target, impatient);
        panel.session.start();
        SGN_EVENTUALLY(server.connections() >= 2);
        QVERIFY(panel.messages.isEmpty());
        QVERIFY(panel.presence.isEmpty());
        QVERIFY(panel.roster.isEmpty());
        QCOMPARE(panel.logins, 0);
        if (plain) {
            QVERIFY2(!server.received().contains("<auth"), "no login without TLS");
        }
    }

    void thePasswordIsNeverShown_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QByteArray>("features");
        const QByteArray header = "<?xml version='1.0'?><stream:stream from='localhost' id='s1' version='1.0' "
                                  "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
        const auto only = [](const char *mechanism) {
            return QByteArray("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>") + mechanism +
                   "</mechanism></mechanisms>";
        };
        QTest::newRow("PLAIN only") << header << only("PLAIN");
        QTest::newRow("DIGEST-MD5 only") << header << only("DIGEST-MD5");
        QTest::newRow("ANONYMOUS only") << header << only("ANONYMOUS");
        QTest::newRow("old login offered")
            << header << QByteArray("<auth xmlns='http://jabber.org/features/iq-auth'/>");
        QTest::newRow("no version") << QByteArray(header).replace(" version='1.0' xmlns", " xmlns")
                                    << QByteArray("<auth xmlns='http://jabber.org/features/iq-auth'/>");
        QTest::newRow("no login at all") << header << QByteArray("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
        QTest::newRow("nothing at all") << header << QByteArray();
    }

    void thePasswordIsNeverShown()
    {
        QFETCH(const QByteArray, header);
        QFETCH(const QByteArray, features);
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.onWords = [&](const QByteArray &words) {
            if (words.contains("<stream:stream")) {
                server.send(header + "<stream:features>" + features + "</stream:features>");
            } else if (words.contains("xmpp-bind")) {
                server.send(
                    "<iq type='result' id='" + words.mid(words.indexOf("id=\"") + 4, 36) +
                    "'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>panel@localhost/x</jid></bind></iq>");
            }
        };
        SessionOptions impatient = options();
        impatient.connectTimeout = 500ms;
        Endpoint panel(account(server), impatient);
        panel.session.start();
        SGN_EVENTUALLY(server.connections() >= 2);
        QCOMPARE(panel.logins, 0);
        QVERIFY(!panel.losses.isEmpty());
        QVERIFY(!server.received().contains("jabber:iq:auth"));
        QVERIFY(!server.received().contains("<auth "));
        QVERIFY(!server.received().contains(canary));
        QVERIFY(!server.received().contains(canary.toBase64()));
    }

    // By it, an honest server may delete what it has kept for the account.
    void theSecondSaslIsNotUsed()
    {
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn();
        const auto letIn = server.onWords;
        bool isGreeted = false;
        server.onWords = [&](const QByteArray &words) {
            if (words.contains("<stream:stream") && !std::exchange(isGreeted, true)) {
                server.greet(scram +
                             "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>SCRAM-SHA-1</mechanism><inline>"
                             "<bind xmlns='urn:xmpp:bind:0'/></inline></authentication>");
            } else {
                letIn(words);
            }
        };
        Endpoint panel(account(server), options());
        panel.session.start();
        SGN_EVENTUALLY(panel.logins == 1);
        QVERIFY(server.received().contains("<auth "));
        QVERIFY(!server.received().contains("<authenticate"));
    }

    void redirectsAreNotFollowed_data()
    {
        QTest::addColumn<FakeServer::Transport>("transport");
        QTest::addColumn<bool>("afterLogin");
        QTest::newRow("plain") << FakeServer::Transport::Plain << false;
        QTest::newRow("TLS") << FakeServer::Transport::Tls << false;
        QTest::newRow("after the login") << FakeServer::Transport::Tls << true;
    }

    void redirectsAreNotFollowed()
    {
        QFETCH(const FakeServer::Transport, transport);
        QFETCH(const bool, afterLogin);
        FakeServer trap(FakeServer::Transport::Plain, m_certificate);
        FakeServer server(transport, m_certificate);
        const QByteArray redirect =
            "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>127.0.0.1:" +
            QByteArray::number(trap.port()) + "</see-other-host></stream:error></stream:stream>";
        if (afterLogin) {
            server.letIn([&] { server.send(redirect); });
        } else {
            server.onWords = [&](const QByteArray &words) {
                if (words.contains("<stream:stream")) {
                    server.send("<?xml version='1.0'?><stream:stream from='localhost' id='s1' version='1.0' "
                                "xmlns='jabber:client' "
                                "xmlns:stream='http://etherx.jabber.org/streams'>" +
                                redirect);
                }
            };
        }
        Account target = account(server);
        target.tls = transport == FakeServer::Transport::Plain ? Account::Tls::StartTls : Account::Tls::Direct;
        Endpoint panel(target, options());
        panel.session.start();
        SGN_EVENTUALLY(server.connections() >= 3);
        QCOMPARE(trap.connections(), 0);
        QVERIFY(!panel.losses.isEmpty());
        const QString words = transport == FakeServer::Transport::Plain ? u"TLS"_s : u"not followed"_s;
        QVERIFY2(panel.losses.last().message.contains(words), qPrintable(panel.losses.last().message));
    }

    void theSessionIsNotResumedElsewhere()
    {
        FakeServer trap(FakeServer::Transport::Plain, m_certificate);
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.resumeLocation = "127.0.0.1:" + QByteArray::number(trap.port());
        server.letIn([&] { server.hangUp(); }, "panel@localhost/desk", "<sm xmlns='urn:xmpp:sm:3'/>");
        Endpoint panel(account(server), options());
        panel.session.start();
        SGN_EVENTUALLY(server.connections() >= 3);
        QVERIFY(server.received().contains("<enable xmlns=\"urn:xmpp:sm:3\""));
        QCOMPARE(trap.connections(), 0);
    }

    void whatWasTakenIsAcknowledgedBeforeTheEnd()
    {
        // The server hasn't asked yet; it would deliver the message once more.
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn([&] { server.send("<message from='meter@localhost/x' type='chat'><body>{}</body></message>"); },
                     "panel@localhost/desk", "<sm xmlns='urn:xmpp:sm:3'/>");
        Endpoint panel(account(server), options());
        panel.session.start();
        SGN_EVENTUALLY(panel.messages.size() == 1);
        panel.session.stop();
        SGN_EVENTUALLY(server.received().contains("</stream:stream>"));
        const qsizetype acknowledged = server.received().indexOf("<a xmlns=\"urn:xmpp:sm:3\" h=\"1\"/>");
        QVERIFY2(acknowledged >= 0, server.received());
        QVERIFY(acknowledged < server.received().indexOf("</stream:stream>"));
        SGN_EVENTUALLY(panel.stops == 1);
    }

    void refusesASessionOfAnotherAccount()
    {
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn({}, "boss@localhost/desk");
        Endpoint panel(account(server), options());
        panel.session.start();
        SGN_EVENTUALLY(server.connections() >= 2);
        QCOMPARE(panel.logins, 0);
        QVERIFY2(panel.losses.first().message.contains(u"another account"), qPrintable(panel.losses.first().message));
    }

    void inputWithoutAnEndIsCutOff_data()
    {
        QTest::addColumn<bool>("afterLogin");
        QTest::addColumn<QByteArray>("begin");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("before the login") << false << QByteArray("<stream:stream><a>") << ErrorCode::TooLarge;
        QTest::newRow("no XML") << false << QByteArray("HTTP/1.1 200 OK\r\n\r\n") << ErrorCode::Refused;
        QTest::newRow("after the login") << true << QByteArray("<message from='a@b'><body>") << ErrorCode::TooLarge;
        QTest::newRow("a comment") << true << QByteArray("<!-- ") << ErrorCode::Refused;
        QTest::newRow("entities") << true << QByteArray("<!DOCTYPE x [<!ENTITY a 'aaaa'>") << ErrorCode::Refused;
        QTest::newRow("stanzas that are no XML")
            << true << QByteArray("<message><body>&nothing;</body></message>").repeated(50'000) << ErrorCode::Refused;
    }

    void inputWithoutAnEndIsCutOff()
    {
        QFETCH(const bool, afterLogin);
        QFETCH(const QByteArray, begin);
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        const auto flood = [&] {
            server.send(begin + QByteArray(20 * 1024 * 1024, 'x'));
        };
        if (afterLogin) {
            server.letIn(flood);
        } else {
            server.onConnected = flood;
        }
        SessionOptions patient = options(Role::Device);
        patient.connectTimeout = 30s;
        Endpoint device(account(server), patient);
        device.session.start();
        SGN_EVENTUALLY(!device.losses.isEmpty());
        QTEST(device.losses.first().code, "code");
    }

    void stanzasAreJudgedOneByOne_data()
    {
        QTest::addColumn<Role>("role");
        QTest::addColumn<QByteArray>("stanza");
        QTest::newRow("body over 64 KiB")
            << Role::Device
            << "<message from='a@b' type='chat'><body>" + QByteArray(100'000, 'x') + "</body></message>";
        QTest::newRow("body of 400 KB") << Role::Device
                                        << "<message from='a@b' type='chat'><body>" + QByteArray(400'000, 'x') +
                                               "</body></message>";
        QTest::newRow("body of 10 MB") << Role::Device
                                       << "<message from='a@b' type='chat'><body>" + QByteArray(10'000'000, 'x') +
                                              "</body></message>";
        QTest::newRow("elements in elements") << Role::Device << "<message from='a@b'>" + nested(60'000) + "</message>";
        QTest::newRow("elements in the body")
            << Role::Panel << "<message from='a@b'><body>" + nested(60'000) + "</body></message>";
        QTest::newRow("elements in presence")
            << Role::Panel << "<presence from='a@b'>" + nested(60'000) + "</presence>";
        QTest::newRow("elements in a request")
            << Role::Panel << "<iq from='a@b' type='get'>" + nested(60'000) + "</iq>";
        QTest::newRow("many attributes") << Role::Panel
                                         << "<message from='a@b'><a" + manyAttributes(20'000) + "/></message>";
        QTest::newRow("many attributes in a request")
            << Role::Panel << "<iq from='a@b'><a" + manyAttributes(20'000) + "/></iq>";
        QTest::newRow("many elements") << Role::Device
                                       << "<message from='a@b'>" + QByteArray("<a/>").repeated(100'000) + "</message>";
        QTest::newRow("forged carbon")
            << Role::Panel
            << QByteArray("<message from='evil@localhost/x'><received xmlns='urn:xmpp:carbons:2'><forwarded "
                          "xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='meter@localhost/sgn'>"
                          "<body>{}</body></message></forwarded></received></message>");
        QTest::newRow("carbon for a device")
            << Role::Device
            << QByteArray("<message from='panel@localhost'><received xmlns='urn:xmpp:carbons:2'><forwarded "
                          "xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='meter@localhost/sgn'>"
                          "<body>{}</body></message></forwarded></received></message>");
        QTest::newRow("unrequested archive result")
            << Role::Panel
            << QByteArray(
                   "<message from='panel@localhost'><result xmlns='urn:xmpp:mam:2' queryid='q' id='1'><forwarded "
                   "xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='meter@localhost/sgn'>"
                   "<body>{}</body></message></forwarded></result></message>");
        QTest::newRow("roster push by a device")
            << Role::Panel
            << QByteArray("<iq type='set' id='r1' from='meter@localhost/sgn'><query xmlns='jabber:iq:roster'>"
                          "<item jid='evil@localhost' subscription='both'/></query></iq>");
        QTest::newRow("roster push by another resource of our own")
            << Role::Panel
            << QByteArray("<iq type='set' id='r1' from='panel@localhost/phone'><query xmlns='jabber:iq:roster'>"
                          "<item jid='evil@localhost' subscription='both'/></query></iq>");
        QTest::newRow("white space") << Role::Panel << QByteArray(" \n ");
        QTest::newRow("unknown request")
            << Role::Panel << QByteArray("<iq type='get' id='v1' from='a@b/c'><query xmlns='jabber:iq:version'/></iq>");
        QTest::newRow("unrequested answer") << Role::Panel << QByteArray("<iq type='result' id='v1' from='a@b/c'/>");
        QTest::newRow("presence without a sender") << Role::Panel << QByteArray("<presence/>");
        QTest::newRow("empty message") << Role::Panel << QByteArray("<message/>");
    }

    void stanzasAreJudgedOneByOne()
    {
        QFETCH(const Role, role);
        QFETCH(const QByteArray, stanza);
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn();
        Endpoint endpoint(account(server), options(role));
        endpoint.session.start();
        SGN_EVENTUALLY(endpoint.session.isOnline());
        server.send(stanza);
        // After it the session still stands and takes a good message.
        server.send("<message from='meter@localhost/sgn' type='chat'><body>{\"last\":true}</body></message>");
        SGN_EVENTUALLY(!endpoint.messages.isEmpty());
        QCOMPARE(endpoint.bodies(), QByteArrayList{"{\"last\":true}"});
        QVERIFY(endpoint.session.isOnline());
        QVERIFY(endpoint.losses.isEmpty());
        QVERIFY(!endpoint.roster.contains(u"evil@localhost"_s));
        QVERIFY(endpoint.presence.isEmpty());
    }

    // Each thing that is loaded is something that a server can make large: the whole roster at every login, copies,
    // the archive.
    void aDeviceRequestsNothingThatItDoesNotUse()
    {
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn();
        Endpoint device(account(server), options(Role::Device));
        device.session.setTrustedPeers({u"boss@localhost"_s});
        device.session.start();
        SGN_EVENTUALLY(device.session.isOnline());
        device.session.send(u"boss@localhost"_s, "{\"last\":true}");
        SGN_EVENTUALLY(server.received().contains("last"));
        for (const char *word : {"jabber:iq:roster", "urn:xmpp:carbons", "urn:xmpp:mam", "vcard", "jabber:iq:version",
                                 "http://jabber.org/protocol/caps"}) {
            QVERIFY2(!server.received().contains(word), word);
        }
    }

    // As ejabberd does with the end of the session before.
    void isShownAgainWhenTheServerTakesItForGone()
    {
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn({}, "panel@localhost/desk");
        Endpoint device(account(server), options(Role::Device));
        device.session.setTrustedPeers({u"boss@localhost"_s});
        device.session.start();
        SGN_EVENTUALLY(device.session.isOnline());
        const auto shown = [&server] {
            return std::pair(server.received().count("<presence/>"), server.received().count("<presence to=\"boss@"));
        };
        SGN_EVENTUALLY(shown().first == 1 && shown().second >= 1);
        const auto before = shown();
        server.send("<presence from='panel@localhost/desk' to='panel@localhost/desk' type='unavailable'/>");
        SGN_EVENTUALLY(shown().first == 2 && shown().second > before.second);
        // Not without an end.
        for (int i = 0; i < 100; ++i) {
            server.send("<presence from='panel@localhost/desk' type='unavailable'/>");
        }
        server.send("<presence from='boss@localhost/x'/>");
        SGN_EVENTUALLY(device.presence.value(u"boss@localhost"_s));
        device.session.send(u"boss@localhost"_s, "{\"last\":true}");
        SGN_EVENTUALLY(server.received().contains("last"));
        QVERIFY(shown().first <= 10);
    }

    void charactersThatAreSplitArriveWhole()
    {
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn();
        Endpoint panel(account(server), options());
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        const QByteArray body = "{\"remarks\":\"Z\u00e4hler \u20ac \U0001f600\"}";
        // Each byte in a TLS record and a network packet of its own.
        for (const char c : "<message from='meter@localhost/sgn' type='chat'><body>" + body + "</body></message>") {
            server.sendAtOnce(QByteArray(1, c));
        }
        SGN_EVENTUALLY(!panel.messages.isEmpty());
        QCOMPARE(panel.messages.first().body, body);
    }

    void withoutStreamManagementWrittenIsSent()
    {
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn();
        Endpoint panel(account(server), options());
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        const quint64 id = panel.session.send(u"meter@localhost"_s, "{}");
        QVERIFY(panel.acknowledged.isEmpty());
        SGN_EVENTUALLY(panel.acknowledged == QList{id});
    }

    void aServerThatThrowsUsOutIsNotAskedTooOften()
    {
        FakeServer server(FakeServer::Transport::Tls, m_certificate);
        server.letIn([&] {
            server.send(
                "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
        });
        SessionOptions slow = options();
        slow.reconnect = {.first = 50ms, .ceiling = 10min, .stableAfter = 60s};
        Endpoint panel(account(server), slow);
        QList<std::chrono::steady_clock::time_point> attempts;
        connect(&panel.session, &Session::stateChanged, this, [&](Session::State state) {
            if (state == Session::State::Connecting) {
                attempts << std::chrono::steady_clock::now();
            }
        });
        panel.session.start();
        SGN_EVENTUALLY(attempts.size() >= 4);
        QVERIFY2(panel.losses.last().message.contains(u"same account"), qPrintable(panel.losses.last().message));
        for (qsizetype attempt = 1; attempt < attempts.size(); ++attempt) {
            QVERIFY(attempts.at(attempt) - attempts.at(attempt - 1) >= 50ms);
        }
    }

private:
    Account account(const FakeServer &server) const
    {
        return {.jid = panelJid,
                .password = QString::fromLatin1(canary),
                .host = u"127.0.0.1"_s,
                .port = server.port(),
                .caFile = m_ca.caFile(),
                .resource = {}};
    }

    TestCa m_ca;
    TestCa::ServerCertificate m_certificate;
};

QTEST_GUILESS_MAIN(XmppHostileTest)
#include "tst_xmpp_hostile.moc"
