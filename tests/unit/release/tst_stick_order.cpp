// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/StickOrder.h"
#include "release/StickResult.h"

#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class TestStickOrder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ordersComeBack()
    {
        const StickOrder order{{{u"WatchDog.zip"_s, u"WatchDog.jws"_s}, {u"SmartMeter.zip"_s, u"SmartMeter.jws"_s}},
                               {u"device@example.org"_s, u"b8:27:eb:00:00:01"_s}};
        const auto parsed = parseStickOrder(encode(order));
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().message));
        QCOMPARE(*parsed, order);
        const StickOrder forAll{{{u"a"_s, u"b"_s}}, {}};
        QCOMPARE(parseStickOrder(encode(forAll)).value(), forAll);
    }

    void refusesOrders_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, const QByteArray &json, const QString &reason) {
            QTest::newRow(name) << json << reason;
        };
        const auto withName = [](const QByteArray &zip) {
            return QByteArray(R"({"format":1,"releases":[{"zip":")" + zip + R"(","release":"a.jws"}]})");
        };
        row("nothing", "", u"JSON"_s);
        row("a list", "[]", u"object"_s);
        row("binary", QByteArray("\xff\xfe\0\0", 4), u"JSON"_s);
        row("too large", QByteArray(maxStickOrder + 1, ' '), u"bytes"_s);
        row("deep", QByteArray(5000, '['), u"JSON"_s);
        row("no format", R"({"releases":[{"zip":"a","release":"b"}]})", u"format"_s);
        row("a later format", R"({"format":2,"releases":[{"zip":"a","release":"b"}]})", u"format"_s);
        row("no releases", R"({"format":1})", u"releases"_s);
        row("an empty list", R"({"format":1,"releases":[]})", u"is empty"_s);
        row("a text in the list", R"({"format":1,"releases":["a.zip"]})", u"zip"_s);
        row("no manifest", R"({"format":1,"releases":[{"zip":"a"}]})", u"release"_s);
        row("nine releases",
            R"({"format":1,"releases":[)" + QByteArray(R"({"zip":"a","release":"b"},)").repeated(8) +
                R"({"zip":"a","release":"b"}]})",
            u"releases"_s);
        row("a path upwards", withName("../a.zip"), u"no plain file name"_s);
        row("an absolute path", withName("/etc/passwd"), u"no plain file name"_s);
        row("a path downwards", withName("a/b.zip"), u"no plain file name"_s);
        row("a path of Windows", withName(R"(a\\b.zip)"), u"no plain file name"_s);
        row("a hidden file", withName(".."), u"no plain file name"_s);
        row("an umlaut", withName("\xc3\xa4.zip"), u"no plain file name"_s);
        row("a control character", withName(R"(a\u0007.zip)"), u"zip"_s);
        row("a zero", withName(R"(a.zip\u0000.txt)"), u"zip"_s);
        row("a long name", withName(QByteArray(65, 'a')), u"zip"_s);
        row("for no device", R"({"format":1,"releases":[{"zip":"a","release":"b"}],"devices":[]})", u"devices"_s);
        row("devices are no list", R"({"format":1,"releases":[{"zip":"a","release":"b"}],"devices":"x"})",
            u"devices"_s);
    }
    void refusesOrders()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, reason);
        const auto parsed = parseStickOrder(json);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::BadRequest);
        QVERIFY2(parsed.error().message.contains(reason), qPrintable(parsed.error().message));
    }

    void isForItsDevices_data()
    {
        QTest::addColumn<QStringList>("devices");
        QTest::addColumn<bool>("isMeant");
        QTest::newRow("all") << QStringList() << true;
        QTest::newRow("by JID") << QStringList{u"other@x"_s, u"Device@example.org"_s} << true;
        QTest::newRow("by id") << QStringList{u"B8:27:EB:00:00:01"_s} << true;
        QTest::newRow("others") << QStringList{u"device@example.com"_s, u"b8:27:eb:00:00:02"_s} << false;
    }
    void isForItsDevices()
    {
        QFETCH(QStringList, devices);
        QFETCH(bool, isMeant);
        const StickOrder order{{{u"a"_s, u"b"_s}}, devices};
        QCOMPARE(isFor(order, u"device@example.org", u"b8:27:eb:00:00:01"), isMeant);
        // One that doesn't know its names is meant only with all others.
        QCOMPARE(isFor(order, u"", u""), devices.isEmpty());
    }

    void resultsComeBack()
    {
        StickResult result;
        result.device = u"b8:27:eb:00:00:01"_s;
        result.jid = u"device@example.org"_s;
        result.order = QString(64, u'a');
        StickReleaseResult meter;
        meter.component = u"SmartMeter"_s;
        meter.release = u"2026.11 Zähler"_s;
        meter.remarks = u"rolled back"_s;
        meter.error = ErrorCode::NotHealthy;
        meter.rolledBack = true;
        meter.processes = {{u"ocr"_s, 2}};
        meter.before = {{u"ocr"_s, 1}};
        meter.log = {u"12:00:00 swapping"_s};
        StickReleaseResult agent;
        agent.component = u"JabberClient"_s;
        agent.success = true;
        agent.version = 2;
        agent.versionBefore = 1;
        result.releases = {agent};
        QVERIFY(result.isSuccess());
        result.releases += meter;
        QVERIFY(!result.isSuccess());
        QCOMPARE(parseStickResult(encode(result)).value(), result); // without a time, while it is under way
        result.time = QDateTime({2026, 11, 29}, {12, 0}, Qt::UTC);
        result.error = ErrorCode::NotSigned;
        result.remarks = u"no keys"_s;
        QCOMPARE(parseStickResult(encode(result)).value(), result);
    }

    void refusesResults_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("no format") << QByteArray(R"({"releases":[]})");
        QTest::newRow("a release without its success") << QByteArray(R"({"format":1,"releases":[{}]})");
        QTest::newRow("a version out of range")
            << QByteArray(R"({"format":1,"releases":[{"success":true,"version":-1}]})");
    }
    void refusesResults()
    {
        QFETCH(QByteArray, json);
        const auto parsed = parseStickResult(json);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::BadFile);
    }
};

QTEST_GUILESS_MAIN(TestStickOrder)
#include "tst_stick_order.moc"
