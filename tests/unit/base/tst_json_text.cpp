// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/JsonText.h"

#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class TestJsonText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acceptsJson_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty object") << "{}"_ba;
        QTest::newRow("empty array") << "[]"_ba;
        QTest::newRow("every kind of value")
            << R"({"a":[1,-0,1.5e-3,1E+2,true,false,null,"x\n\u00e9\ud83d\ude42/"]})"_ba;
        QTest::newRow("white space") << " \t\r\n{ \"a\" : 1 } \n"_ba;
        QTest::newRow("UTF-8") << R"({"name":"Zähler 水"})"_ba;
        QTest::newRow("large number") << "[1e300, 18446744073709551615]"_ba;
        QTest::newRow("a key twice") << R"({"a":1,"a":2})"_ba;
        QTest::newRow("deep") << QByteArray(500, '[') + QByteArray(500, ']');
    }

    void acceptsJson()
    {
        QFETCH(const QByteArray, text);
        const auto document = parseJson(text);
        QVERIFY2(document.has_value(), document ? "" : qPrintable(document.error().message));
    }

    void refusesWhatRfc8259Forbids_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("no digit after the point") << "[2.]"_ba;
        QTest::newRow("no digit between point and exponent") << "[2.e3]"_ba;
        QTest::newRow("no digit after the exponent") << "[1e]"_ba;
        QTest::newRow("no digit before the point") << "[.5]"_ba;
        QTest::newRow("minus, then a point") << "[-.5]"_ba;
        QTest::newRow("minus alone") << "[-]"_ba;
        QTest::newRow("a plus") << "[+1]"_ba;
        QTest::newRow("leading zero") << "[012]"_ba;
        QTest::newRow("negative leading zero") << "[-012]"_ba;
        QTest::newRow("hexadecimal") << "[0x1F]"_ba;
        QTest::newRow("not a number") << "[NaN]"_ba;
        QTest::newRow("infinity") << "[-Infinity]"_ba;
        QTest::newRow("an escape that isn't one") << "[\"\\x41\"]"_ba;
        QTest::newRow("an escaped apostrophe") << "[\"\\'\"]"_ba;
        QTest::newRow("an escaped zero") << "[\"\\0\"]"_ba;
        QTest::newRow("an escape of three digits") << "[\"\\u00A\"]"_ba;
        QTest::newRow("an escaped capital U") << "[\"\\U0041\"]"_ba;
        QTest::newRow("raw tab in a text") << "[\"a\tb\"]"_ba;
        QTest::newRow("raw line break in a text") << "[\"a\nb\"]"_ba;
        QTest::newRow("raw zero byte in a text") << QByteArray("[\"a\0b\"]", 7);
        QTest::newRow("raw control character in a key") << "{\"a\x01\":1}"_ba;
        QTest::newRow("no UTF-8") << "[\"\xff\"]"_ba;
        QTest::newRow("UTF-8 in too many bytes") << "[\"\xc0\xaf\"]"_ba;
        QTest::newRow("apostrophes") << "['a']"_ba;
        QTest::newRow("comma at the end") << "[1,]"_ba;
        QTest::newRow("comma at the end of an object") << R"({"a":1,})"_ba;
        QTest::newRow("key without quotes") << "{a:1}"_ba;
        QTest::newRow("comment") << "{/**/}"_ba;
        QTest::newRow("form feed between values") << "[\f1]"_ba;
        QTest::newRow("two values") << "{}{}"_ba;
        QTest::newRow("zero byte behind it") << QByteArray("{}\0", 3);
        QTest::newRow("unfinished") << R"({"a":)"_ba;
        QTest::newRow("no object and no array") << "1"_ba;
        QTest::newRow("deeper than any reader goes") << QByteArray(100'000, '[');
    }

    void refusesWhatRfc8259Forbids()
    {
        QFETCH(const QByteArray, text);
        const auto document = parseJson(text);
        QVERIFY(!document.has_value());
        QCOMPARE(document.error().code, ErrorCode::BadRequest);
        QVERIFY2(document.error().message.startsWith(u"not valid JSON at byte "_s),
                 qPrintable(document.error().message));
    }

    void writesWhatItAccepts_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("read");
        const QString smile = u"🙂"_s;
        QTest::newRow("plain") << u"a\"\\\n\u0001é水"_s << u"a\"\\\n\u0001é水"_s;
        QTest::newRow("a pair") << smile << smile;
        QTest::newRow("the first half") << smile.left(1) << QString(QChar(0xfffd));
        QTest::newRow("the second half, then a text") << smile.mid(1) + u"x"_s << QChar(0xfffd) + u"x"_s;
        QTest::newRow("halves in the wrong order") << smile.mid(1) + smile.left(1) << QString(2, QChar(0xfffd));
        QTest::newRow("the text of an escape") << u"\\ud83d"_s << u"\\ud83d"_s;
        QTest::newRow("a backslash before half a pair") << u"\\"_s + smile.left(1) << u"\\"_s + QChar(0xfffd);
        QTest::newRow("Hangul") << QString(QChar(0xd7a3)) << QString(QChar(0xd7a3));
    }

    void writesWhatItAccepts()
    {
        QFETCH(const QString, text);
        QFETCH(const QString, read);
        const QByteArray written = toJsonText({{u"a"_s, text}, {text, 1}});
        const auto object = parseJsonFile(written, u"x"_s);
        QVERIFY2(object.has_value(), written);
        QCOMPARE((*object)[u"a"_s].toString(), read);
        QVERIFY(object->contains(read));
    }

    // What Windows' editors make of a file.
    void namesTheEncoding_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::newRow("UTF-16, little endian, mark") << QByteArray("\xff\xfe{\0}\0", 6);
        QTest::newRow("UTF-16, big endian, mark") << QByteArray("\xfe\xff\0{\0}", 6);
        QTest::newRow("UTF-16, little endian") << QByteArray("{\0}\0", 4);
        QTest::newRow("UTF-16, big endian") << QByteArray("\0{\0}", 4);
    }

    void namesTheEncoding()
    {
        QFETCH(const QByteArray, file);
        QCOMPARE(parseJsonFile(file, u"x.json"_s).error().message,
                 u"x.json is not valid JSON at byte 0: it is UTF-16, and JSON is UTF-8"_s);
        QVERIFY(parseJson("\xef\xbb\xbf{}").has_value()); // UTF-8 with a mark
    }

    void namesTheFile()
    {
        QCOMPARE(parseJsonFile("[2.e3]", u"cfg/x.json"_s).error(),
                 (Error{ErrorCode::BadFile, u"cfg/x.json is not valid JSON at byte 4: RFC 8259 forbids it"_s}));
        QCOMPARE(parseJsonFile("[]", u"cfg/x.json"_s).error(),
                 (Error{ErrorCode::BadFile, u"cfg/x.json holds no JSON object"_s}));
        QCOMPARE(parseJsonFile(R"({"a":1})", u"cfg/x.json"_s).value(), (QJsonObject{{u"a"_s, 1}}));
    }
};

QTEST_GUILESS_MAIN(TestJsonText)
#include "tst_json_text.moc"
