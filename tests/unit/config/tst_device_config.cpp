// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "base/DeviceTree.h"
#include "config/DeviceConfig.h"
#include "crypto/ConfigEnvelope.h"
#include "crypto/DeviceSecret.h"
#include "support/TreeSnapshot.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>
#include <sys/stat.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

// Seed step (13), byte for byte.
const QByteArray seedConfig = R"(                        {
							"xmpp_client" : {
								"client_jid" : "altimeter_0001@im.koderoot.net",
								"client_password" : "abcd1234",
								"cpanel_jid" : "technospurs@im.koderoot.net"
							},
							"rpi_unique_id"	: "mac-address"
						}
)";

QJsonObject seedObject()
{
    return QJsonDocument::fromJson(seedConfig).object();
}

// The seed's config with one field set; `field` may be "xmpp_client.port". An undefined value takes the field out.
QByteArray with(const QString &field, const QJsonValue &value)
{
    QJsonObject top = seedObject();
    if (field.startsWith(u"xmpp_client."_s)) {
        QJsonObject xmpp = top.value(u"xmpp_client"_s).toObject();
        xmpp.insert(field.section(u'.', 1), value);
        top.insert(u"xmpp_client"_s, xmpp);
    } else {
        top.insert(field, value);
    }
    return QJsonDocument(top).toJson();
}

QJsonObject jwk(const QString &kid)
{
    return {{u"kty"_s, u"OKP"_s},
            {u"crv"_s, u"Ed25519"_s},
            {u"kid"_s, kid},
            {u"x"_s, u"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"_s}};
}

} // namespace

class TestDeviceConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTheSeedsConfig()
    {
        const auto config = parseDeviceConfig(seedConfig);
        QVERIFY(config.has_value());
        QCOMPARE(config->clientJid, u"altimeter_0001@im.koderoot.net"_s);
        QCOMPARE(config->clientPassword, u"abcd1234"_s);
        QCOMPARE(config->panelJid, u"technospurs@im.koderoot.net"_s);
        QCOMPARE(config->rpiUniqueId, u"mac-address"_s);
        QVERIFY(config->host.isEmpty());
        QCOMPARE(config->port, quint16{0});
        QVERIFY(config->proxy.isEmpty());
        QVERIFY(!config->startTls);
        QVERIFY(config->panelMapUrl.isEmpty());
        QVERIFY(config->logUploadUrl.isEmpty());
        QVERIFY(!config->allowHttp);
        QCOMPARE(config->heartbeatTimeoutS, 60);
        QCOMPARE(config->startTimeoutS, 300);
        QVERIFY(config->releaseKeys.isEmpty());
        QVERIFY(config->operatorKeys.isEmpty());
    }

    void readsEveryOptionalField()
    {
        QJsonObject top = seedObject();
        QJsonObject xmpp = top.value(u"xmpp_client"_s).toObject();
        xmpp.insert(u"host"_s, u"127.0.0.1"_s);
        xmpp.insert(u"port"_s, 15223);
        xmpp.insert(u"start_tls"_s, true);
        xmpp.insert(u"client_jid"_s, u"Altimeter_0001@IM.koderoot.net"_s);
        top.insert(u"xmpp_client"_s, xmpp);
        top.insert(u"panel_map_url"_s, u"http://ec2-3-135-62-120.us-east-2.compute.amazonaws.com:3000/api/panelmap"_s);
        top.insert(u"log_upload_url"_s, u"https://logs.example.com/upload?x=1"_s);
        top.insert(u"http_proxy"_s, u"http://me:secret@proxy.example.com/"_s);
        top.insert(u"allow_http"_s, true);
        top.insert(u"heartbeat_timeout_s"_s, 30);
        top.insert(u"start_timeout_s"_s, 600);
        top.insert(u"release_keys"_s, QJsonArray{jwk(u"a"_s), jwk(u"b"_s)});
        top.insert(u"operator_keys"_s, QJsonArray{jwk(u"a"_s)});
        top.insert(u"of_a_later_version"_s, QJsonArray{1, 2});
        const auto config = parseDeviceConfig(QJsonDocument(top).toJson());
        QVERIFY2(config.has_value(), config ? "" : qPrintable(config.error().message));
        QCOMPARE(config->clientJid, u"altimeter_0001@im.koderoot.net"_s);
        QCOMPARE(config->host, u"127.0.0.1"_s);
        QCOMPARE(config->port, quint16{15223});
        QVERIFY(config->startTls);
        QCOMPARE(config->panelMapUrl.port(), 3000);
        QCOMPARE(config->logUploadUrl.toString(), u"https://logs.example.com/upload?x=1"_s);
        QCOMPARE(config->proxy, QUrl(u"http://me:secret@proxy.example.com:8080"_s));
        QVERIFY(config->allowHttp);
        QCOMPARE(config->heartbeatTimeoutS, 30);
        QCOMPARE(config->startTimeoutS, 600);
        QCOMPARE(config->releaseKeys.size(), 2);
        QCOMPARE(config->releaseKeys.at(1).kid, u"b"_s);
        QCOMPARE(config->releaseKeys.at(1).bytes.size(), PublicKey::size);
        QCOMPARE(config->operatorKeys.size(), 1);
    }

    void namesTheWrongField_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QJsonValue>("value");
        QTest::addColumn<QString>("sentence");

        const QJsonValue missing(QJsonValue::Undefined);
        const auto row = [](const char *name, const QString &field, const QJsonValue &value, const QString &sentence) {
            QTest::newRow(name) << field << value << sentence;
        };
        row("no xmpp_client", u"xmpp_client"_s, missing, u"xmpp_client is missing"_s);
        row("xmpp_client is a text", u"xmpp_client"_s, u"x"_s, u"xmpp_client must be an object, not a text"_s);
        for (const QString &field : {u"xmpp_client.client_jid"_s, u"xmpp_client.client_password"_s,
                                     u"xmpp_client.cpanel_jid"_s, u"rpi_unique_id"_s}) {
            const QByteArray name = field.toLatin1();
            row("no " + name, field, missing, field + u" is missing"_s);
            row("null as " + name, field, QJsonValue::Null, field + u" must be a text, not null"_s);
            row("number as " + name, field, 7, field + u" must be a text, not a number"_s);
            row("list as " + name, field, QJsonArray{u"x"_s}, field + u" must be a text, not a list"_s);
            row("empty " + name, field, QString(), field + u" is empty"_s);
            row("line break in " + name, field, u"a@b.net\n"_s, field + u" holds control characters"_s);
            row("too long " + name, field, QString(5000, u'x'), field + u" must have 1 to "_s);
        }
        for (const QString &jid :
             {u"altimeter"_s, u"@im.koderoot.net"_s, u"altimeter@"_s, u"a b@im.koderoot.net"_s,
              u"a@b@im.koderoot.net"_s, u"a@im.koderoot.net/phone"_s, u"a@im koderoot.net"_s, u"a<b@im.koderoot.net"_s,
              u"a@im..net"_s, u"a@host:5222"_s, u"a@%41.net"_s, u"a@host?x"_s, u"a@host#x"_s}) {
            row(("JID " + jid.toUtf8()).constData(), u"xmpp_client.cpanel_jid"_s, jid,
                u"xmpp_client.cpanel_jid '%1' is not an account of the form name@domain"_s.arg(jid));
        }
        for (const QString &jid : {u"panel@localhost."_s, u"pan\u200Bel@localhost"_s, u"pan\u00ADel@localhost"_s,
                                   u"\uFF50anel@localhost"_s, u"pa\u006E\u0303el@localhost"_s}) {
            row(("odd cpanel_jid " + jid.toUtf8()).constData(), u"xmpp_client.cpanel_jid"_s, jid, u"type it anew"_s);
        }
        row("own JID as panel", u"xmpp_client.cpanel_jid"_s, u"Altimeter_0001@im.koderoot.net"_s,
            u"the same account"_s);
        for (const QJsonValue &port : {QJsonValue(0), QJsonValue(-1), QJsonValue(65536), QJsonValue(1.5),
                                       QJsonValue(u"5222"_s), QJsonValue(1e300), QJsonValue(QJsonValue::Null)}) {
            row(("port " + port.toVariant().toByteArray()).constData(), u"xmpp_client.port"_s, port,
                u"xmpp_client.port must be a whole number from 1 to 65535"_s);
        }
        row("host with a port", u"xmpp_client.host"_s, u"im.koderoot.net:5222"_s, u"is not a host name"_s);
        row("empty host", u"xmpp_client.host"_s, QString(), u"xmpp_client.host is empty"_s);
        for (const char *proxy :
             {"https://proxy:80", "proxy:80", "socks5://proxy", "http://", "http://proxy/path", "http://proxy?x=1",
              "http://a b", "http://u:a%00b@proxy", "http://u:a%0d%0ab@proxy", "http://u%7f@proxy"}) {
            row((QByteArray("proxy ") + proxy).constData(), u"http_proxy"_s, QString::fromLatin1(proxy),
                u"http_proxy is not the address of a proxy, http://host:port"_s);
        }
        row("start_tls as text", u"xmpp_client.start_tls"_s, u"no"_s, u"must be true or false, not a text"_s);
        row("allow_http as number", u"allow_http"_s, 1, u"allow_http must be true or false, not a number"_s);
        row("start_timeout_s as text", u"start_timeout_s"_s, u"300"_s, u"start_timeout_s must be a whole number"_s);
        row("heartbeat_timeout_s 0", u"heartbeat_timeout_s"_s, 0, u"heartbeat_timeout_s must be a whole number"_s);
        for (const QString &url : {u"file:///etc/passwd"_s, u"ftp://example.com/"_s, u"https://"_s, u"example.com"_s,
                                   u"javascript:alert(1)"_s}) {
            row(("address " + url.toUtf8()).constData(), u"panel_map_url"_s, url,
                u"panel_map_url is not a web address that starts with https:// or http://"_s);
        }
        for (const QString &url : {u"https://exa mple.com"_s, u" https://example.com/"_s, u"https://example.com/ "_s}) {
            row(("address with a blank: " + url.toUtf8()).constData(), u"panel_map_url"_s, url,
                u"panel_map_url has a blank in it"_s);
        }
        row("log_upload_url as null", u"log_upload_url"_s, QJsonValue::Null,
            u"log_upload_url must be a text, not null"_s);
        row("release_keys as object", u"release_keys"_s, QJsonObject(),
            u"release_keys must be a list of 1 to 64 keys"_s);
        row("no release_keys in the list", u"release_keys"_s, QJsonArray(), u"must be a list of 1 to 64 keys"_s);
        row("release key is a text", u"release_keys"_s, QJsonArray{jwk(u"a"_s), u"x"_s},
            u"release_keys has a wrong key at place 2: 'kty' must be"_s);
        row("key id twice", u"operator_keys"_s, QJsonArray{jwk(u"a"_s), jwk(u"a"_s)},
            u"operator_keys has the key id 'a' twice"_s);
    }

    void namesTheWrongField()
    {
        QFETCH(QString, field);
        QFETCH(QJsonValue, value);
        QFETCH(QString, sentence);
        const auto config = parseDeviceConfig(with(field, value));
        QVERIFY(!config.has_value());
        QCOMPARE(config.error().code, ErrorCode::BadFile);
        QVERIFY2(config.error().message.contains(sentence), qPrintable(config.error().message));
    }

    void neverQuotesASecret()
    {
        QString messages;
        for (const QJsonValue &password :
             {QJsonValue(u"canary\n"_s), QJsonValue(u"canary"_s.repeated(500)), QJsonValue(QJsonArray{u"canary"_s})}) {
            messages += parseDeviceConfig(with(u"xmpp_client.client_password"_s, password)).error().message;
        }
        messages += parseDeviceConfig(with(u"log_upload_url"_s, u"ftp://canary@example.com"_s)).error().message;
        QVERIFY(!messages.contains(u"canary"_s));
    }

    // A slip of the pen may not pass without a word, and a field of a newer version may.
    void remarksUponOddFields_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QStringList>("remarks");
        const auto with = [](const QByteArray &fields) {
            return QByteArray(
                       "{\"xmpp_client\":{\"client_jid\":\"a@b\",\"client_password\":\"p\",\"cpanel_jid\":\"c@b\"},"
                       "\"rpi_unique_id\":\"x\"") +
                   fields + '}';
        };
        QTest::newRow("none") << with({}) << QStringList();
        QTest::newRow("optional ones") << with(",\"serial\":3,\"allow_http\":true,\"start_timeout_s\":80")
                                       << QStringList();
        QTest::newRow("misspelled") << with(",\"log_uplod_url\":\"https://a\"")
                                    << QStringList{u"the field 'log_uplod_url' is unknown and has no effect"_s};
        QTest::newRow("misspelled, in the account")
            << with({}).replace("\"client_password\"", "\"hosts\":1,\"client_password\"")
            << QStringList{u"the field 'xmpp_client.hosts' is unknown and has no effect"_s};
        QTest::newRow("repeated") << with(",\"rpi_unique_id\":\"y\",\"rpi_unique_id\":\"z\"")
                                  << QStringList{
                                         u"the field 'rpi_unique_id' is there more than once; the last one counts"_s};
        QTest::newRow("one name in two objects") << with(",\"x\":{\"a\":1},\"y\":[{\"a\":1},{\"a\":2}]")
                                                 << QStringList{u"the field 'x' is unknown and has no effect"_s,
                                                                u"the field 'y' is unknown and has no effect"_s};
    }

    void remarksUponOddFields()
    {
        QFETCH(const QByteArray, text);
        const auto config = parseDeviceConfig(text);
        QVERIFY2(config, config ? "" : qPrintable(config.error().message));
        QTEST(config->remarks, "remarks");
    }

    void refusesOtherTexts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("garbage") << QByteArray::fromHex("00ff1234");
        QTest::newRow("list") << QByteArray("[]");
        QTest::newRow("text") << QByteArray("\"x\"");
        QTest::newRow("cut") << seedConfig.first(100);
        QTest::newRow("two") << seedConfig + seedConfig;
        QTest::newRow("not UTF-8") << QByteArray(seedConfig).replace("abcd1234", "abcd\xff");
        QTest::newRow("NUL") << QByteArray(seedConfig).replace("abcd1234", QByteArray("ab\0d", 4));
        QTest::newRow("deep") << QByteArray(100'000, '[');
    }

    void refusesOtherTexts()
    {
        QFETCH(QByteArray, text);
        QCOMPARE(parseDeviceConfig(text).error().code, ErrorCode::BadFile);
    }

    void loadsBothEnvelopes()
    {
        const QTemporaryDir folder;
        const DeviceTree tree(folder.path());
        QVERIFY(tree.ensureFolders().has_value());
        QVERIFY(writeFileAtomically(tree.configFile(), encryptV1(seedConfig).value(), 0600).has_value());
        QCOMPARE(loadDeviceConfig(tree).value().rpiUniqueId, u"mac-address"_s);

        const auto secret = createDeviceSecret(tree.deviceKey());
        QVERIFY(writeFileAtomically(tree.configFile(), encryptV2(seedConfig, *secret).value(), 0600).has_value());
        QCOMPARE(loadDeviceConfig(tree).value().rpiUniqueId, u"mac-address"_s);
    }

    void reportsWhyItDoesNotLoadAndChangesNothing()
    {
        const QTemporaryDir folder;
        const DeviceTree tree(folder.path());
        QVERIFY(tree.ensureFolders().has_value());
        QCOMPARE(loadDeviceConfig(tree).error().code, ErrorCode::NotFound);

        const auto failsWith = [&tree, &folder](const QByteArray &file, ErrorCode code, const QString &words) {
            QVERIFY(writeFileAtomically(tree.configFile(), file, 0600).has_value());
            const TreeSnapshot before = snapshotOf(folder.path());
            const auto config = loadDeviceConfig(tree);
            QVERIFY(!config.has_value());
            QCOMPARE(config.error().code, code);
            QVERIFY2(config.error().message.contains(words), qPrintable(config.error().message));
            QCOMPARE(snapshotOf(folder.path()), before);
        };
        QByteArray damaged = encryptV1(seedConfig).value();
        damaged[40] = static_cast<char>(damaged[40] ^ 1);
        failsWith(damaged, ErrorCode::BadFile, u"config_file.bin: "_s);
        failsWith(damaged.first(100), ErrorCode::BadFile, u"cut off"_s);
        failsWith("", ErrorCode::BadFile, u"cut off"_s);
        failsWith(seedConfig, ErrorCode::BadFile, u"config_file.bin: "_s);
        failsWith(QByteArray(1'000'000, 'x'), ErrorCode::TooLarge, u"config_file.bin"_s);
        failsWith(encryptV1(with(u"rpi_unique_id"_s, 1)).value(), ErrorCode::BadFile, u"rpi_unique_id must be"_s);

        const QByteArray sealed = encryptV2(seedConfig, SecureBytes(QByteArrayView(QByteArray(32, 'a')))).value();
        failsWith(sealed, ErrorCode::NotFound, u"device.key"_s);
        QVERIFY(createDeviceSecret(tree.deviceKey()).has_value());
        failsWith(sealed, ErrorCode::BadFile, u"damaged or was encrypted with another key"_s);
        QCOMPARE(::chmod(QFile::encodeName(tree.deviceKey()).constData(), 0644), 0);
        failsWith(sealed, ErrorCode::Refused, u"device.key is open to every user"_s);
    }
};

QTEST_GUILESS_MAIN(TestDeviceConfig)
#include "tst_device_config.moc"
