// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Json.h"

#include <QJsonDocument>
#include <QTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class JsonTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesAsciiOnlyAndLosesNothing_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("plain") << u"Zähler"_s;
        QTest::newRow("outside the basic plane") << u"meter \U0001F50C"_s;
        QTest::newRow("right to left") << u"عداد"_s;
        QTest::newRow("quotes and escapes") << u"\"\\\n\t\u0001\u007f"_s;
        QTest::newRow("line separators") << u"a\u2028b\u2029c"_s;
    }

    void writesAsciiOnlyAndLosesNothing()
    {
        QFETCH(QString, text);
        const QByteArray json = toAsciiJson({{text, text}});
        for (const char c : json) {
            QVERIFY2(static_cast<unsigned char>(c) < 0x80 && static_cast<unsigned char>(c) >= 0x20, json.constData());
        }
        QCOMPARE(QJsonDocument::fromJson(json).object().value(text).toString(), text);
    }

    void refusesWhatIsNoObject_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("text") << QByteArray("hello");
        QTest::newRow("array") << QByteArray("[1]");
        QTest::newRow("number") << QByteArray("1");
        QTest::newRow("cut") << QByteArray("{\"command\":\"version_");
        QTest::newRow("trailing") << QByteArray(R"({"a":1} x)");
        QTest::newRow("too deep") << QByteArray(5000, '[');
        QTest::newRow("broken UTF-8") << QByteArray("{\"a\":\"\xff\xfe\"}");
        QTest::newRow("one byte over the limit") << "{\"a\":\"" + QByteArray(maxBodySize - 7, 'x') + "\"}";
        QTest::newRow("NUL bytes") << QByteArray(16, '\0');
    }

    void refusesWhatIsNoObject()
    {
        QFETCH(QByteArray, body);
        const auto result = parseJsonObject(body);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::BadRequest);
        QVERIFY(!result.error().message.isEmpty());
    }

    void takesABodyOfExactlyTheLimit()
    {
        const QByteArray body = "{\"a\":\"" + QByteArray(maxBodySize - 8, 'x') + "\"}";
        QCOMPARE(body.size(), maxBodySize);
        QVERIFY(parseJsonObject(body));
    }

    void judgesWholeNumbers_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<bool>("isWhole");
        QTest::newRow("zero") << QByteArray("0") << true;
        QTest::newRow("as a float") << QByteArray("12.0") << true;
        QTest::newRow("as an exponent") << QByteArray("1e2") << true;
        QTest::newRow("the largest") << QByteArray("2147483647") << true;
        QTest::newRow("one more") << QByteArray("2147483648") << false;
        QTest::newRow("negative") << QByteArray("-1") << false;
        QTest::newRow("fraction") << QByteArray("1.5") << false;
        QTest::newRow("huge") << QByteArray("1e300") << false;
        QTest::newRow("text") << QByteArray("\"1\"") << false;
        QTest::newRow("truth") << QByteArray("true") << false;
        QTest::newRow("list") << QByteArray("[1]") << false;
    }

    void judgesWholeNumbers()
    {
        QFETCH(QByteArray, value);
        QFETCH(bool, isWhole);
        const auto object = parseJsonObject("{\"n\":" + value + "}");
        QVERIFY(object);
        JsonReader reader(*object);
        const auto number = reader.optionalInteger("n"_L1, 0, 2147483647);
        QCOMPARE(number.has_value(), isWhole);
        QCOMPARE(reader.error().has_value(), !isWhole);
    }

    void remembersTheFirstFailure()
    {
        JsonReader reader(QJsonObject{{"a"_L1, 1}});
        QCOMPARE(reader.requiredText("a"_L1, 10), QString());
        QCOMPARE(reader.requiredInteger("b"_L1, 0, 1), 0);
        QVERIFY(reader.error());
        QCOMPARE(reader.error()->message, u"field \"a\" must be a text"_s);
    }

    void wantsTimesWithAZone_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("isTime");
        QTest::newRow("UTC") << u"2026-01-31T12:00:00Z"_s << true;
        QTest::newRow("offset") << u"2026-01-31T13:00:00+01:00"_s << true;
        QTest::newRow("milliseconds") << u"2026-01-31T12:00:00.000Z"_s << true;
        QTest::newRow("local") << u"2026-01-31T12:00:00"_s << false;
        QTest::newRow("date only") << u"2026-01-31"_s << false;
        QTest::newRow("no such day") << u"2026-02-31T12:00:00Z"_s << false;
        QTest::newRow("words") << u"tomorrow"_s << false;
    }

    void wantsTimesWithAZone()
    {
        QFETCH(QString, text);
        QFETCH(bool, isTime);
        JsonReader reader(QJsonObject{{"t"_L1, text}});
        const auto time = reader.optionalTime("t"_L1);
        QCOMPARE(time.has_value(), isTime);
        if (isTime) {
            QCOMPARE(*time, QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC));
        }
    }
};

QTEST_GUILESS_MAIN(JsonTest)
#include "tst_json.moc"
