// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/JsonText.h"
#include "config/DeviceConfig.h"
#include "provision/Accounts.h"
#include "provision/FleetList.h"
#include "provision/OrderDigest.h"
#include "support/ReleaseKit.h"

#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::provision;
using namespace sgn::test;

namespace {

const QByteArray commonFields = R"({"xmpp_client": {"cpanel_jid": "panel@x.net"}, "start_timeout_s": 100})";

FleetList judged(const QByteArray &csv)
{
    const auto rows = readCsv(csv);
    const auto common = readTemplate(commonFields);
    auto fleet = rows && common ? judgeFleet(*rows, *common) : fail(ErrorCode::Internal, u"no rows"_s);
    return fleet ? *fleet : FleetList{.devices = {}, .problems = {fleet.error().message}, .remarks = {}};
}

} // namespace

// What a list of a fleet is read as, and what is refused of it.
class ProvisionFleetTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsADevice()
    {
        const FleetList fleet = judged("JID;Password;MAC;Hostname;Tags;Stra\xc3\x9f"
                                       "e\n"
                                       "Meter_1@X.net;s3cret;B827EB-00-00-01;Meter-1;\"s\xc3\xbc"
                                       "d, rot;rot\";\"Weg \"\"1\"\"\"\n"_ba);
        QCOMPARE(fleet.problems, QStringList());
        QCOMPARE(fleet.devices.size(), 1);
        const FleetDevice &device = fleet.devices.constFirst();
        QCOMPARE(device.line, 2);
        QCOMPARE(device.jid, u"meter_1@x.net"_s);
        QCOMPARE(device.password, u"s3cret"_s);
        QCOMPARE(device.id, u"b8:27:eb:00:00:01"_s);
        QCOMPARE(device.hostName, u"Meter-1"_s);
        QCOMPARE(device.name, u"meter-1"_s);
        QCOMPARE(device.tags, (QStringList{u"süd"_s, u"rot"_s}));
        QCOMPARE(device.columns, (QJsonObject{{u"Straße"_s, u"Weg \"1\""_s}}));
        const auto config = parseDeviceConfig(configOf(readTemplate(commonFields).value(), device));
        QVERIFY(config);
        QCOMPARE(config->clientJid, u"meter_1@x.net"_s);
        QCOMPARE(config->panelJid, u"panel@x.net"_s);
        QCOMPARE(config->clientPassword, u"s3cret"_s);
        QCOMPARE(config->rpiUniqueId, u"b8:27:eb:00:00:01"_s);
        QCOMPARE(config->startTimeoutS, 100);
    }

    // The first device is right, the third as well.
    void namesBadLines_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("why");
        QTest::newRow("the same JID") << "A@x.net,2,,b,"_ba << u"has the JID of line 2"_s;
        QTest::newRow("the same id") << "b@x.net,1,,b,"_ba << u"has the id of line 2"_s;
        QTest::newRow("the same host name") << "b@x.net,2,,HOST,"_ba << u"has the host name of line 2"_s;
        QTest::newRow("the same file") << "host@x.net,2,,,"_ba
                                       << u"has the name of files (give it a host name) of line 2"_s;
        QTest::newRow("the file of the fleet") << "b@x.net,2,,fleet,"_ba << u"would be the fleet's own"_s;
        QTest::newRow("no JID") << ",2,,b,"_ba << u"client_jid"_s;
        QTest::newRow("no account in the JID") << "x.net,2,,b,"_ba << u"client_jid"_s;
        QTest::newRow("a resource in the JID") << "b@x.net/y,2,,b,"_ba << u"client_jid"_s;
        QTest::newRow("a path as JID") << "../../etc/b@x.net,2,,,"_ba << u"client_jid"_s;
        QTest::newRow("the panel's JID") << "panel@x.net,2,,b,"_ba << u"the same account"_s;
        QTest::newRow("no id") << "b@x.net,,,b,"_ba << u"neither an id nor a mac"_s;
        QTest::newRow("both") << "b@x.net,2,b8:27:eb:00:00:01,b,"_ba << u"both an id and a mac"_s;
        QTest::newRow("a short mac") << "b@x.net,,b8:27:eb:00:00,b,"_ba << u"no address"_s;
        QTest::newRow("a mac of other signs") << "b@x.net,,b8:27:eb:00:00:0g,b,"_ba << u"no address"_s;
        QTest::newRow("a host name with blanks") << "b@x.net,2,,my host,"_ba << u"host name"_s;
        QTest::newRow("a path as host name") << "b@x.net,2,,../b,"_ba << u"host name"_s;
        QTest::newRow("too few fields") << "b@x.net,2"_ba << u"has 2 fields, and the first line names 5"_s;
        QTest::newRow("too many fields") << "b@x.net,2,,b,,x"_ba << u"has 6 fields, and the first line names 5"_s;
        QTest::newRow("an open quote") << "b@x.net,2,,b,\"x"_ba << u"isn't closed"_s;
        QTest::newRow("a control character") << "b@x.net,2,,b,a\x1b[2J"_ba << u"control character"_s;
        QTest::newRow("a line break in a name") << "\"b\nc@x.net\",2,,b,"_ba << u"control character"_s;
        QTest::newRow("an invisible character in a name") << "b\xe2\x80\x8b@x.net,2,,b,"_ba << u"an invisible one"_s;
        QTest::newRow("quotation marks of a word processor") << "\xe2\x80\x9c"
                                                                "b@x.net\xe2\x80\x9d,2,,b,"_ba
                                                             << u"typographic quotation marks around the column jid"_s;
        QTest::newRow("an id that a spreadsheet has rounded") << "b@x.net,\"1,23E+11\",,b,"_ba << u"'1,23E+11'"_s;
        QTest::newRow("a mac that a spreadsheet has rounded") << "b@x.net,,1.2E+23,b,"_ba << u"'1.2E+23'"_s;
        QTest::newRow("a long field") << "b@x.net,2,,b," + QByteArray(1025, 'x') << u"1024 characters"_s;
    }
    void namesBadLines()
    {
        QFETCH(const QByteArray, line);
        QFETCH(const QString, why);
        const FleetList fleet =
            judged("jid,id,mac,hostname,note\na@x.net,1,,host,\n" + line + "\nlast@x.net,9,,last,\n");
        QCOMPARE(fleet.devices.size(), 2);
        QCOMPARE(fleet.devices.constLast().jid, u"last@x.net"_s);
        QCOMPARE(fleet.problems.size(), 1);
        QVERIFY2(fleet.problems.constFirst().startsWith(u"line 3: "_s), qPrintable(fleet.problems.constFirst()));
        QVERIFY2(fleet.problems.constFirst().contains(why), qPrintable(fleet.problems.constFirst()));
    }

    void findsAnAddressInEitherColumn()
    {
        const FleetList fleet = judged("jid,id,mac\na@x.net,b827eb-00-00-01,\nb@x.net,,B8:27:EB:00:00:01\n"
                                       "c@x.net,B8-27-EB-00-00-02,\nd@x.net,12E,\n");
        QCOMPARE(fleet.devices.size(), 3);
        QCOMPARE(fleet.problems, QStringList{u"line 3: has the id of line 2"_s});
    }

    void refusesHeads_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("why");
        QTest::newRow("nothing") << QByteArray() << u"empty"_s;
        QTest::newRow("no devices") << "jid,id\n,\n"_ba << u"names no device"_s;
        QTest::newRow("no names") << "a@x.net,1\n"_ba << u"one of them is jid"_s;
        QTest::newRow("no id") << "jid,hostname\n"_ba << u"id or mac"_s;
        QTest::newRow("a name twice") << "jid,id,JID\n"_ba << u"two columns are called jid"_s;
        QTest::newRow("no name") << "jid,,id\n"_ba << u"has no name"_s;
        QTest::newRow("an open quote") << "jid,\"id\n"_ba << u"isn't closed"_s;
    }
    void refusesHeads()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const QString, why);
        const FleetList fleet = judged(text);
        QVERIFY(fleet.devices.isEmpty());
        QVERIFY2(fleet.problems.constFirst().contains(why), qPrintable(fleet.problems.constFirst()));
    }

    void refusesTemplates_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("why");
        QTest::newRow("no JSON") << "{"_ba << u"the template is"_s;
        QTest::newRow("a list") << "[]"_ba << u"not a JSON object"_s;
        QTest::newRow("a JID") << R"({"xmpp_client": {"client_jid": "a@x.net"}})"_ba << u"client_jid"_s;
        QTest::newRow("a password") << R"({"xmpp_client": {"client_password": "hidden"}})"_ba << u"client_password"_s;
        QTest::newRow("an id") << R"({"rpi_unique_id": "1"})"_ba << u"rpi_unique_id"_s;
        QTest::newRow("no panel") << "{}"_ba << u"cpanel_jid"_s;
        QTest::newRow("a wrong field") << R"({"xmpp_client": {"cpanel_jid": "panel@x.net"}, "start_timeout_s": "x"})"_ba
                                       << u"start_timeout_s"_s;
    }
    void refusesTemplates()
    {
        QFETCH(const QByteArray, json);
        QFETCH(const QString, why);
        const auto common = readTemplate(json);
        const auto fleet = common ? judgeFleet(readCsv("jid,id\na@x.net,1\n").value(), *common) : fail(common.error());
        QVERIFY(!fleet);
        QVERIFY2(fleet.error().message.contains(why), qPrintable(fleet.error().message));
        QVERIFY(!fleet.error().message.contains(u"hidden"_s));
    }

    void makesPasswords()
    {
        QSet<QString> all;
        for (int i = 0; i < 100; ++i) {
            all += newPassword();
            QCOMPARE(newPassword().size(), 24);
        }
        QCOMPARE(all.size(), 100);
    }

    void keepsAccounts()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"accounts.csv"_s);
        const Accounts accounts{{u"a@x.net"_s, u"plain"_s}, {u"b@x.net"_s, u" ;,\"ä"_s}};
        QVERIFY(writeAccounts(path, accounts));
        QCOMPARE(readAccounts(path).value(), accounts);
        QCOMPARE(QFile::permissions(path) & (QFileDevice::ReadGroup | QFileDevice::ReadOther),
                 QFileDevice::Permissions());
        QVERIFY(QFile::setPermissions(path, QFileDevice::ReadOwner | QFileDevice::ReadOther));
        QCOMPARE(readAccounts(path).error().code, ErrorCode::Refused);
    }

    void refusesOtherAccountFiles_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("another table") << "jid,id\na@x.net,1\n"_ba;
        QTest::newRow("no names") << "a@x.net,secret\n"_ba;
        QTest::newRow("a field too many") << "jid,password\na@x.net,secret,x\n"_ba;
        QTest::newRow("an open quote") << "jid,password\na@x.net,\"secret\n"_ba;
    }
    void refusesOtherAccountFiles()
    {
        QFETCH(const QByteArray, text);
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"accounts.csv"_s);
        QVERIFY(test::writeFile(path, text));
        QVERIFY(QFile::setPermissions(path, QFileDevice::ReadOwner | QFileDevice::WriteOwner));
        const auto accounts = readAccounts(path);
        QCOMPARE(accounts.error().code, ErrorCode::BadFile);
        QVERIFY(!accounts.error().message.contains(u"secret"_s));
    }

    void digestsDifferByEveryPart()
    {
        const QTemporaryDir folder;
        const QByteArray key = digestKey(folder.path()).value();
        QCOMPARE(digestKey(folder.path()).value(), key);
        QCOMPARE(orderDigest(key, {"a", "b"}), orderDigest(key, {"a", "b"}));
        QVERIFY(orderDigest(key, {"a", "b"}) != orderDigest(key, {"ab", ""}));
        QVERIFY(orderDigest(key, {"a"}) != orderDigest("another key", {"a"}));
    }
};

QTEST_GUILESS_MAIN(ProvisionFleetTest)
#include "tst_provision_fleet.moc"
