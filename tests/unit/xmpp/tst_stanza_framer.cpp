// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/StanzaFramer.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::xmpp;

namespace {

const QByteArray header = "<stream:stream xmlns='jabber:client' version='1.0'>";
const StanzaFramer::Limits limits{
    .iq = {.bytes = 2000, .parts = 100}, .other = {.bytes = 200, .parts = 10}, .skippedBytes = 10'000};

// What comes out of a stream that has begun, fed in pieces of this size; "error" when it was refused.
QByteArray framed(const QByteArray &input, qsizetype piece = 1'000'000)
{
    StanzaFramer framer(limits);
    if (framer.feed(header).value_or("error") != header) {
        qFatal("the header isn't let through");
    }
    QByteArray output;
    for (qsizetype at = 0; at < input.size(); at += piece) {
        const auto parts = framer.feed(QByteArrayView(input).sliced(at, std::min(piece, input.size() - at)));
        if (!parts) {
            return "error";
        }
        output += *parts;
    }
    return output;
}

QByteArray nested(int depth)
{
    return QByteArray("<a>").repeated(depth) + QByteArray("</a>").repeated(depth);
}

} // namespace

class StanzaFramerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsLetThrough_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("output");
        const auto same = [](const char *name, const QByteArray &text) {
            QTest::newRow(name) << text << text;
        };
        same("empty stanza", "<presence/>");
        same("empty stanza with a space", "<presence />");
        same("empty stanza with an attribute", "<a xmlns='urn:x' h=\"1\"/>");
        same("message", "<message from='a@b/c'><body>text</body></message>");
        same("two stanzas", "<presence/><message><body/></message>");
        same("end", "</stream:stream>");
        same("stanza and end", "<presence/></stream:stream>");
        same("brackets in attributes", "<message a='>' b=\"/>\" c=\"it's\"><x/></message>");
        same("references", "<message><body>&lt;&amp;&#228;&quot;</body></message>");
        same("white space in a stanza", "<message> <body>\n\t</body> </message>");
        same("end tag with a space", "<message></message >");
        same("the stream begins anew", "<stream:stream id='2'><presence/>");
        QTest::newRow("declaration and a new stream")
            << QByteArray("<?xml version='1.0'?><stream:stream id='2'><presence/>")
            << QByteArray("<stream:stream id='2'><presence/>");
        QTest::newRow("unfinished") << QByteArray("<presence/><message><body>tex") << QByteArray("<presence/>");
        QTest::newRow("white space between stanzas") << QByteArray(" \r\n<presence/>\t ") << QByteArray("<presence/>");
        QTest::newRow("other letters") << QByteArray("<m a='\u00e4'>\u20ac\U0001f600</m>")
                                       << QByteArray("<m a='&#xe4;'>&#x20ac;&#x1f600;</m>");
        QTest::newRow("CDATA") << QByteArray("<m><![CDATA[a<b&c>d\u00e4]]></m>")
                               << QByteArray("<m>a&lt;b&amp;c&gt;d&#xe4;</m>");
        QTest::newRow("CDATA with brackets") << QByteArray("<m><![CDATA[]]]]]>]]></m>") << QByteArray("<m>]]]]]></m>");
        QTest::newRow("CDATA with a tag in it")
            << QByteArray("<m><![CDATA[</m><evil/>]]></m>") << QByteArray("<m>&lt;/m&gt;&lt;evil/&gt;</m>");
        QTest::newRow("empty CDATA") << QByteArray("<m><![CDATA[]]></m>") << QByteArray("<m></m>");
    }

    void whatIsLetThrough()
    {
        QFETCH(const QByteArray, input);
        QTEST(framed(input), "output");
        for (const int piece : {1, 2, 3, 7}) {
            QTEST(framed(input, piece), "output");
        }
    }

    void whatIsRefused_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::newRow("text between stanzas") << QByteArray("hello");
        QTest::newRow("comment") << QByteArray("<!-- x -->");
        QTest::newRow("comment in a stanza") << QByteArray("<m><!-- x --></m>");
        QTest::newRow("document type") << QByteArray("<!DOCTYPE m [<!ENTITY a 'b'>]>");
        QTest::newRow("instruction in a stanza") << QByteArray("<m><?php ?></m>");
        QTest::newRow("tag in a tag") << QByteArray("<m <n>");
        QTest::newRow("tag in an attribute") << QByteArray("<m a='<'/>");
        QTest::newRow("no name") << QByteArray("< m/>");
        QTest::newRow("number for a name") << QByteArray("<1/>");
        QTest::newRow("zero byte") << QByteArray("<m>\0</m>", 8);
        QTest::newRow("control character") << QByteArray("<m>\x01</m>");
        QTest::newRow("after the end") << QByteArray("</stream:stream></x>");
        QTest::newRow("lone continuation byte") << QByteArray("<m>\x80</m>");
        QTest::newRow("cut character") << QByteArray("<m>\xe2\x82</m>");
        QTest::newRow("byte that UTF-8 doesn't have") << QByteArray("<m>\xff</m>");
        QTest::newRow("overlong") << QByteArray("<m>\xc0\xbc</m>");
        QTest::newRow("surrogate") << QByteArray("<m>\xed\xa0\x80</m>");
        QTest::newRow("beyond Unicode") << QByteArray("<m>\xf7\xbf\xbf\xbf</m>");
    }

    void whatIsRefused()
    {
        QFETCH(const QByteArray, input);
        QCOMPARE(framed(input), QByteArray("error"));
        QCOMPARE(framed(input, 1), QByteArray("error"));
    }

    void oversizedStanzasLeaveAnEmptyOne_data()
    {
        QTest::addColumn<QByteArray>("stanza");
        QTest::addColumn<QByteArray>("left");
        const QByteArray text(300, 'x');
        QTest::newRow("long message") << "<message from='a@b'><body>" + text + "</body></message>"
                                      << QByteArray("<message/>");
        QTest::newRow("long attribute") << "<message from='" + text + "'/>" << QByteArray("<message/>");
        QTest::newRow("long presence") << "<presence><status>" + text + "</status></presence>"
                                       << QByteArray("<presence/>");
        QTest::newRow("long CDATA") << "<message><![CDATA[" + text + "</message>]]></message>"
                                    << QByteArray("<message/>");
        QTest::newRow("longer in UTF-8") << "<message>" + QByteArray("\u20ac").repeated(100) + "</message>"
                                         << QByteArray("<message/>");
        QTest::newRow("many elements") << "<message>" + QByteArray("<a/>").repeated(20) + "</message>"
                                       << QByteArray("<message/>");
        QTest::newRow("long request") << "<iq>" + QByteArray(3000, 'x') + "</iq>" << QByteArray("<iq/>");
        QTest::newRow("many elements in a request")
            << "<iq>" + QByteArray("<a/>").repeated(200) + "</iq>" << QByteArray("<iq/>");
        QTest::newRow("deep request") << "<iq>" + nested(StanzaFramer::maxDepth) + "</iq>" << QByteArray("<iq/>");
        QByteArray attributes = "<iq ";
        for (int number = 0; number <= StanzaFramer::maxAttributes; ++number) {
            attributes += " a" + QByteArray::number(number) + "=''";
        }
        QTest::newRow("many attributes") << attributes + "/>" << QByteArray("<iq/>");
    }

    void oversizedStanzasLeaveAnEmptyOne()
    {
        QFETCH(const QByteArray, stanza);
        QFETCH(const QByteArray, left);
        for (const qsizetype piece : {1, 3, 1'000'000}) {
            QCOMPARE(framed("<presence/>" + stanza + "<message><body>next</body></message>", piece),
                     "<presence/>" + left + "<message><body>next</body></message>");
        }
    }

    void whatIsDroppedIsCounted()
    {
        StanzaFramer framer(limits);
        QVERIFY(framer.feed(header));
        QVERIFY(
            framer.feed("<message>" + QByteArray(300, 'x') + "</message><presence/><message>" + QByteArray(300, 'x')));
        QVERIFY(!framer.isAtRest());
        QCOMPARE(framer.takeDropped(), 1);
        QVERIFY(framer.feed("</message>"));
        QCOMPARE(framer.takeDropped(), 1);
        QCOMPARE(framer.takeDropped(), 0);
        QVERIFY(framer.isAtRest());
    }

    void requestsMayBeLargerThanMessages()
    {
        const QByteArray roster = "<iq>" + QByteArray("<item jid='a@b'/>").repeated(40) + "</iq>";
        QCOMPARE(framed(roster), roster);
        QCOMPARE(framed("<iq>" + nested(StanzaFramer::maxDepth - 1) + "</iq>"),
                 "<iq>" + nested(StanzaFramer::maxDepth - 1) + "</iq>");
    }

    void anEndlessStanzaIsGivenUp_data()
    {
        QTest::addColumn<QByteArray>("begin");
        QTest::newRow("message") << QByteArray("<message>");
        QTest::newRow("unknown element") << QByteArray("<features>");
        QTest::newRow("name") << QByteArray("<");
        QTest::newRow("attribute") << QByteArray("<message a='");
        QTest::newRow("declaration") << QByteArray("<?xml ");
        QTest::newRow("end tag") << QByteArray("</");
    }

    void anEndlessStanzaIsGivenUp()
    {
        QFETCH(const QByteArray, begin);
        StanzaFramer framer(limits);
        QVERIFY(framer.feed(header));
        const auto parts = framer.feed(begin + QByteArray(20'000, 'x'));
        QVERIFY(!parts);
        QCOMPARE(parts.error().code, ErrorCode::TooLarge);
    }

    void anythingMayComeFirst_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("header") << header << true;
        QTest::newRow("declaration, white space, header") << "<?xml version='1.0'?>\n " + header << true;
        QTest::newRow("HTTP") << QByteArray("HTTP/1.1 400 Bad Request\r\n") << false;
        QTest::newRow("end tag") << QByteArray("</stream:stream>") << false;
        QTest::newRow("empty stream") << QByteArray("<stream:stream/>") << false;
        QTest::newRow("TLS") << QByteArray("\x15\x03\x01") << false;
    }

    void anythingMayComeFirst()
    {
        QFETCH(const QByteArray, input);
        StanzaFramer framer(limits);
        QTEST(framer.feed(input).has_value(), "accepted");
    }
};

QTEST_GUILESS_MAIN(StanzaFramerTest)
#include "tst_stanza_framer.moc"
