// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/MessageReader.h"

#include <QDomDocument>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::xmpp;

namespace {

const QDateTime arrival(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);

// As a stanza arrives: inside a stream whose default namespace is jabber:client.
MessageReading read(const QByteArray &xml, bool acceptCarbons = true, const QString &query = u"q1"_s)
{
    QDomDocument document;
    QString error;
    if (!document.setContent("<stream xmlns='jabber:client'>" + xml + "</stream>", true, &error)) {
        qFatal("the test's own XML is wrong: %s", qPrintable(error));
    }
    return readMessage(document.documentElement().firstChildElement(),
                       {u"panel@example.org"_s, acceptCarbons, query, arrival});
}

QByteArray carbon(const QByteArray &from, const QByteArray &kind = "received")
{
    return "<message from='" + from + "' to='panel@example.org/desk'><" + kind +
           " xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
           "<message xmlns='jabber:client' from='meter@example.org/sgn' to='panel@example.org' type='chat'>"
           "<body>{}</body></message></forwarded></" +
           kind + "></message>";
}

QByteArray archived(const QByteArray &sender, const QByteArray &query)
{
    return "<message " + sender + " to='panel@example.org/desk'><result xmlns='urn:xmpp:mam:2' queryid='" + query +
           "' id='a-7'><forwarded xmlns='urn:xmpp:forward:0'>"
           "<delay xmlns='urn:xmpp:delay' stamp='2026-01-30T08:00:00Z'/>"
           "<message xmlns='jabber:client' from='meter@example.org/sgn' to='panel@example.org' type='chat'>"
           "<body>{}</body></message></forwarded></result></message>";
}

} // namespace

class MessageReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aMessageBecomesFacts()
    {
        const MessageReading reading =
            read("<message from='Meter@Example.org/Sgn' to='panel@example.org/desk' id='x1' type='chat'>"
                 "<body>{\"command\":\"version_req\"}</body>"
                 "<stanza-id xmlns='urn:xmpp:sid:0' by='evil@example.org' id='forged'/>"
                 "<stanza-id xmlns='urn:xmpp:sid:0' by='panel@example.org' id='s-1'/></message>");
        const auto *message = std::get_if<IncomingMessage>(&reading);
        QVERIFY(message);
        QCOMPARE(message->from, u"Meter@Example.org/Sgn"_s);
        QCOMPARE(message->fromBare, u"meter@example.org"_s);
        QCOMPARE(message->toBare, u"panel@example.org"_s);
        QCOMPARE(message->id, u"x1"_s);
        QCOMPARE(message->body, QByteArray("{\"command\":\"version_req\"}"));
        QCOMPARE(message->archiveId, u"s-1"_s);
        QCOMPARE(message->stamp, arrival);
        QVERIFY(!message->delayed && !message->carbon && !message->fromArchive);
    }

    void whatIsTakenForAMessage_data()
    {
        QTest::addColumn<QByteArray>("xml");
        QTest::addColumn<bool>("taken");
        QTest::newRow("chat") << QByteArray("<message from='a@b/c' type='chat'><body>x</body></message>") << true;
        QTest::newRow("normal") << QByteArray("<message from='a@b/c' type='normal'><body>x</body></message>") << true;
        QTest::newRow("no type") << QByteArray("<message from='a@b/c'><body>x</body></message>") << true;
        QTest::newRow("empty body") << QByteArray("<message from='a@b/c'><body/></message>") << true;
        QTest::newRow("group chat") << QByteArray("<message from='a@b/c' type='groupchat'><body>x</body></message>")
                                    << false;
        QTest::newRow("headline") << QByteArray("<message from='a@b/c' type='headline'><body>x</body></message>")
                                  << false;
        QTest::newRow("invented type") << QByteArray("<message from='a@b/c' type='command'><body>x</body></message>")
                                       << false;
        QTest::newRow("no body") << QByteArray("<message from='a@b/c'><composing "
                                               "xmlns='http://jabber.org/protocol/chatstates'/></message>")
                                 << false;
        QTest::newRow("body of another namespace")
            << QByteArray("<message from='a@b/c'><body xmlns='http://www.w3.org/1999/xhtml'>x</body></message>")
            << false;
        QTest::newRow("body deeper down")
            << QByteArray(
                   "<message from='a@b/c'><html xmlns='urn:x'><body xmlns='jabber:client'>x</body></html></message>")
            << false;
        QTest::newRow("CDATA") << QByteArray("<message from='a@b/c'><body><![CDATA[x]]></body></message>") << true;
        QTest::newRow("64 KiB") << "<message from='a@b/c'><body>" + QByteArray(maxBodySize, 'x') + "</body></message>"
                                << true;
        QTest::newRow("over 64 KiB") << "<message from='a@b/c'><body>" + QByteArray(maxBodySize + 1, 'x') +
                                            "</body></message>"
                                     << false;
        QTest::newRow("over 64 KiB in UTF-8")
            << "<message from='a@b/c'><body>" + QByteArray("\xc3\xa4").repeated(maxBodySize / 2 + 1) +
                   "</body></message>"
            << false;
    }

    void whatIsTakenForAMessage()
    {
        QFETCH(const QByteArray, xml);
        QTEST(std::holds_alternative<IncomingMessage>(read(xml)), "taken");
    }

    void onlyTheTextOfABodyCounts()
    {
        const auto reading =
            read("<message from='a@b/c'><body>{<b xmlns='urn:x'>\"command\":1</b><![CDATA[}]]></body></message>");
        QCOMPARE(std::get<IncomingMessage>(reading).body, QByteArray("{}"));
    }

    void delayedMessagesStateSinceWhen_data()
    {
        QTest::addColumn<QByteArray>("mark");
        QTest::addColumn<bool>("delayed");
        QTest::addColumn<QDateTime>("stamp");
        const QDateTime kept(QDate(2026, 1, 30), QTime(8, 0), Qt::UTC);
        QTest::newRow("none") << QByteArray() << false << arrival;
        QTest::newRow("UTC") << QByteArray("<delay xmlns='urn:xmpp:delay' stamp='2026-01-30T08:00:00Z'/>") << true
                             << kept;
        QTest::newRow("offset") << QByteArray("<delay xmlns='urn:xmpp:delay' stamp='2026-01-30T10:00:00+02:00'/>")
                                << true << kept;
        QTest::newRow("nonsense") << QByteArray("<delay xmlns='urn:xmpp:delay' stamp='yesterday'/>") << true << arrival;
        QTest::newRow("local time") << QByteArray("<delay xmlns='urn:xmpp:delay' stamp='2026-01-30T08:00:00'/>") << true
                                    << arrival;
        QTest::newRow("no stamp") << QByteArray("<delay xmlns='urn:xmpp:delay'/>") << true << arrival;
        QTest::newRow("old way") << QByteArray("<x xmlns='jabber:x:delay' stamp='20260130T08:00:00'/>") << true
                                 << arrival;
        QTest::newRow("other namespace") << QByteArray("<delay xmlns='urn:x' stamp='2026-01-30T08:00:00Z'/>") << false
                                         << arrival;
    }

    void delayedMessagesStateSinceWhen()
    {
        QFETCH(const QByteArray, mark);
        const MessageReading reading = read("<message from='a@b/c'><body>x</body>" + mark + "</message>");
        const auto &message = std::get<IncomingMessage>(reading);
        QTEST(message.delayed, "delayed");
        QTEST(message.stamp, "stamp");
        QCOMPARE(message.stamp.timeSpec(), Qt::UTC);
    }

    void carbonsComeFromTheOwnAccountOnly_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<bool>("taken");
        QTest::newRow("own account") << QByteArray("panel@example.org") << true;
        QTest::newRow("own account, other case") << QByteArray("Panel@example.org") << true;
        QTest::newRow("another resource of the own account") << QByteArray("panel@example.org/phone") << false;
        QTest::newRow("a device") << QByteArray("meter@example.org") << false;
        QTest::newRow("the server") << QByteArray("example.org") << false;
        QTest::newRow("longer name") << QByteArray("panel@example.org.evil.example") << false;
    }

    void carbonsComeFromTheOwnAccountOnly()
    {
        QFETCH(const QByteArray, from);
        QFETCH(const bool, taken);
        for (const char *kind : {"received", "sent"}) {
            const MessageReading reading = read(carbon(from, kind));
            const auto *message = std::get_if<IncomingMessage>(&reading);
            QCOMPARE(message != nullptr, taken);
            if (message) {
                QVERIFY(message->carbon);
                QCOMPARE(message->fromBare, u"meter@example.org"_s);
            } else {
                QVERIFY(!std::get<IgnoredMessage>(reading).why.isEmpty());
            }
        }
    }

    void aDeviceTakesNoCarbons()
    {
        QVERIFY(std::holds_alternative<IgnoredMessage>(read(carbon("panel@example.org"), false)));
    }

    void aCarbonDoesNotHideItsOuterBody()
    {
        // Whoever isn't the own account can't slip a plain command past by wrapping something beside it.
        QByteArray xml = carbon("meter@example.org/sgn");
        xml.replace("</message>", "<body>{\"command\":\"reboot_system\"}</body></message>");
        QVERIFY(std::holds_alternative<IgnoredMessage>(read(xml)));
    }

    void archiveResultsMustBeAskedFor_data()
    {
        QTest::addColumn<QByteArray>("sender");
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QString>("running");
        QTest::addColumn<bool>("taken");
        QTest::newRow("own account") << QByteArray("from='panel@example.org'") << QByteArray("q1") << u"q1"_s << true;
        QTest::newRow("no sender") << QByteArray() << QByteArray("q1") << u"q1"_s << true;
        QTest::newRow("other query") << QByteArray("from='panel@example.org'") << QByteArray("q2") << u"q1"_s << false;
        QTest::newRow("no query runs") << QByteArray("from='panel@example.org'") << QByteArray() << QString() << false;
        QTest::newRow("a device") << QByteArray("from='meter@example.org'") << QByteArray("q1") << u"q1"_s << false;
        QTest::newRow("own resource") << QByteArray("from='panel@example.org/x'") << QByteArray("q1") << u"q1"_s
                                      << false;
    }

    void archiveResultsMustBeAskedFor()
    {
        QFETCH(const QByteArray, sender);
        QFETCH(const QByteArray, query);
        QFETCH(const QString, running);
        const MessageReading reading = read(archived(sender, query), true, running);
        const auto *message = std::get_if<IncomingMessage>(&reading);
        QTEST(message != nullptr, "taken");
        if (!message) {
            return;
        }
        QVERIFY(message->fromArchive);
        QVERIFY(message->delayed);
        QCOMPARE(message->archiveId, u"a-7"_s);
        QCOMPARE(message->stamp, QDateTime(QDate(2026, 1, 30), QTime(8, 0), Qt::UTC));
    }

    void messagesThatCameBackStateWhy_data()
    {
        QTest::addColumn<QByteArray>("error");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("no such account")
            << QByteArray(
                   "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")
            << ErrorCode::Refused;
        QTest::newRow("not found")
            << QByteArray("<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")
            << ErrorCode::NotFound;
        QTest::newRow("unknown condition")
            << QByteArray("<error><moon-phase xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")
            << ErrorCode::Refused;
        QTest::newRow("no error at all") << QByteArray() << ErrorCode::Refused;
    }

    void messagesThatCameBackStateWhy()
    {
        QFETCH(const QByteArray, error);
        const MessageReading reading =
            read("<message from='gone@example.org' id='sgn-1' type='error'><body>{}</body>" + error + "</message>");
        const auto *returned = std::get_if<ReturnedMessage>(&reading);
        QVERIFY(returned);
        QCOMPARE(returned->fromBare, u"gone@example.org"_s);
        QCOMPARE(returned->id, u"sgn-1"_s);
        QTEST(returned->reason.code, "code");
        QVERIFY(!returned->reason.message.isEmpty());
    }

    void emptyWrappersAreIgnored_data()
    {
        QTest::addColumn<QByteArray>("xml");
        QTest::newRow("carbon") << QByteArray(
            "<message from='panel@example.org'><sent xmlns='urn:xmpp:carbons:2'/></message>");
        QTest::newRow("archive") << QByteArray(
            "<message from='panel@example.org'><result xmlns='urn:xmpp:mam:2' queryid='q1'/></message>");
        QTest::newRow("archive, forwarded nothing")
            << QByteArray("<message from='panel@example.org'><result xmlns='urn:xmpp:mam:2' queryid='q1'>"
                          "<forwarded xmlns='urn:xmpp:forward:0'/></result></message>");
        QTest::newRow("empty message") << QByteArray("<message/>");
    }

    void emptyWrappersAreIgnored()
    {
        QFETCH(const QByteArray, xml);
        QVERIFY(std::holds_alternative<IgnoredMessage>(read(xml)));
    }
};

QTEST_GUILESS_MAIN(MessageReaderTest)
#include "tst_message_reader.moc"
