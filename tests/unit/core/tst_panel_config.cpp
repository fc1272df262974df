// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/PanelConfig.h"
#include "wording/Problems.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using sgn::wording::sentence;
using namespace Qt::StringLiterals;

class PanelConfigTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsPathsRelativeToTheFile();
    void knowsItsKeys();
    void namesTheWrongField_data();
    void namesTheWrongField();
    void refusesAPasswordThatEveryoneCanRead();
    void judgesAPasswordFile_data();
    void judgesAPasswordFile();
    void warnsOfUnknownFields();
    void knowsHowToReachTheServer();
    void checksWhatAFormHolds_data();
    void checksWhatAFormHolds();
    void keepsOneStorePerAccount();

private:
    [[nodiscard]] QString write(const QString &name, const QByteArray &content,
                                QFile::Permissions mode = QFile::ReadOwner | QFile::WriteOwner) const
    {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.setPermissions(mode)) {
            qFatal("cannot write a test file");
        }
        return file.fileName();
    }
    [[nodiscard]] static QJsonObject good()
    {
        return {{u"jid"_s, u"panel@localhost"_s}, {u"password_file"_s, u"password"_s},
                {u"host"_s, u"127.0.0.1"_s},      {u"port"_s, 15223},
                {u"ca"_s, u"certs/ca.pem"_s},     {u"store"_s, u"../panel.sqlite"_s}};
    }
    [[nodiscard]] static QByteArray bytes(const QJsonObject &object) { return QJsonDocument(object).toJson(); }

    QTemporaryDir m_folder;
};

void PanelConfigTest::readsPathsRelativeToTheFile()
{
    QVERIFY(QDir(m_folder.path()).mkpath(u"cfg"_s));
    [[maybe_unused]] const QString password = write(u"cfg/password"_s, "s3cret word\r\n");
    const auto config = loadPanelConfig(write(u"cfg/panel.json"_s, bytes(good())));
    QVERIFY2(config, config ? "" : qPrintable(sentence(config.error())));
    QCOMPARE(config->jid, u"panel@localhost"_s);
    QCOMPARE(config->password, u"s3cret word"_s);
    QCOMPARE(config->port, quint16{15223});
    QCOMPARE(config->caFile, m_folder.filePath(u"cfg/certs/ca.pem"_s));
    QCOMPARE(config->storeFile, m_folder.filePath(u"panel.sqlite"_s));
    QCOMPARE(config->logsFolder(), m_folder.filePath(u"panel-logs"_s));
    QVERIFY(config->releaseKeyFile.isEmpty() && config->operatorKeyFile.isEmpty());
    QCOMPARE(config->keepDays, 400);
    QVERIFY(config->warnings.isEmpty());
    QVERIFY(config->check());
    QVERIFY(!config->account().describe().contains(u"s3cret"));
}

void PanelConfigTest::knowsItsKeys()
{
    QVERIFY(QDir(m_folder.path()).mkpath(u"cfg"_s));
    [[maybe_unused]] const QString password = write(u"cfg/password"_s, "secret\n");
    QJsonObject object = good();
    object[u"keys"_s] = QJsonObject{{u"release"_s, u"r.jwk"_s}, {u"operator"_s, u"/keys/o.jwk"_s}};
    const auto config = loadPanelConfig(write(u"cfg/panel.json"_s, bytes(object)));
    QVERIFY2(config, config ? "" : qPrintable(sentence(config.error())));
    QCOMPARE(config->releaseKeyFile, m_folder.filePath(u"cfg/r.jwk"_s));
    QCOMPARE(config->operatorKeyFile, u"/keys/o.jwk"_s);
    QVERIFY(config->warnings.isEmpty());
}

void PanelConfigTest::knowsHowToReachTheServer()
{
    [[maybe_unused]] const QString password = write(u"password"_s, "secret\n");
    QJsonObject object = good();
    object.remove(u"host"_s);
    object.remove(u"port"_s);
    auto config = loadPanelConfig(write(u"panel.json"_s, bytes(object)));
    QVERIFY2(config, config ? "" : qPrintable(sentence(config.error())));
    QVERIFY(config->account().host.isEmpty());
    QCOMPARE(config->account().port, quint16{0});
    QCOMPARE(config->account().tls, xmpp::Account::Tls::Direct);
    QVERIFY(config->account().proxy.isEmpty());

    object[u"keep_days"_s] = 0;
    object[u"start_tls"_s] = true;
    object[u"http_proxy"_s] = u"http://proxy.example.net"_s;
    config = loadPanelConfig(write(u"panel.json"_s, bytes(object)));
    QVERIFY2(config, config ? "" : qPrintable(sentence(config.error())));
    QCOMPARE(config->account().tls, xmpp::Account::Tls::StartTls);
    QCOMPARE(config->account().proxy, QUrl(u"http://proxy.example.net:8080"_s));
    QCOMPARE(config->keepDays, 0);
    QVERIFY(config->warnings.isEmpty());
}

void PanelConfigTest::namesTheWrongField_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("words");
    const auto with = [](const QString &key, const QJsonValue &value) {
        QJsonObject object = good();
        object[key] = value;
        return bytes(object);
    };
    const auto without = [](const QString &key) {
        QJsonObject object = good();
        object.remove(key);
        return bytes(object);
    };
    QTest::newRow("no JSON") << QByteArray("jid: panel") << u"JSON"_s;
    QTest::newRow("a list") << QByteArray("[]") << u"JSON object"_s;
    QTest::newRow("jid missing") << without(u"jid"_s) << u"\"jid\" is missing"_s;
    QTest::newRow("jid without server") << with(u"jid"_s, u"panel"_s) << u"\"jid\" must be an account"_s;
    QTest::newRow("jid with resource") << with(u"jid"_s, u"panel@localhost/x"_s) << u"\"jid\" must be an account"_s;
    QTest::newRow("jid a number") << with(u"jid"_s, 5) << u"\"jid\" must be a text"_s;
    QTest::newRow("password_file missing") << without(u"password_file"_s) << u"\"password_file\" is missing"_s;
    QTest::newRow("port 0") << with(u"port"_s, 0) << u"\"port\" must be a whole number from 1 to 65535"_s;
    QTest::newRow("port too large") << with(u"port"_s, 65536) << u"\"port\" must be"_s;
    QTest::newRow("port a text") << with(u"port"_s, u"5223"_s) << u"\"port\" must be"_s;
    QTest::newRow("ca missing") << without(u"ca"_s) << u"\"ca\" is missing"_s;
    QTest::newRow("ca empty") << with(u"ca"_s, QString()) << u"\"ca\""_s;
    QTest::newRow("store missing") << without(u"store"_s) << u"\"store\" is missing"_s;
    QTest::newRow("keys a text") << with(u"keys"_s, u"r.jwk"_s) << u"\"keys\" must be an object"_s;
    QTest::newRow("a key that is none") << with(u"keys"_s, QJsonObject{{u"release"_s, 5}})
                                        << u"\"keys.release\" must be a text"_s;
    QTest::newRow("a proxy without http")
        << with(u"http_proxy"_s, u"proxy:8080"_s) << u"\"http_proxy\" must be the address of a proxy"_s;
    QTest::newRow("start_tls a text") << with(u"start_tls"_s, u"yes"_s) << u"\"start_tls\" must be"_s;
    QTest::newRow("keep_days negative") << with(u"keep_days"_s, -1) << u"\"keep_days\" must be"_s;
    QTest::newRow("keep_days a text") << with(u"keep_days"_s, u"7"_s) << u"\"keep_days\" must be"_s;
    QTest::newRow("host a list") << with(u"host"_s, QJsonArray()) << u"\"host\" must be a text"_s;
}

void PanelConfigTest::namesTheWrongField()
{
    QFETCH(const QByteArray, content);
    QFETCH(const QString, words);
    [[maybe_unused]] const QString password = write(u"password"_s, "secret\n");
    const auto config = loadPanelConfig(write(u"panel.json"_s, content));
    QVERIFY(!config);
    QVERIFY2(sentence(config.error()).contains(words), qPrintable(sentence(config.error())));
}

void PanelConfigTest::refusesAPasswordThatEveryoneCanRead()
{
    const QString password = write(u"password"_s, "secret", QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther);
    const auto config = loadPanelConfig(write(u"panel.json"_s, bytes(good())));
    QVERIFY(!config);
    QCOMPARE(config.error().error, ErrorCode::Refused);
    QVERIFY(sentence(config.error()).contains(u"chmod 600 "_s + password));
    QVERIFY(!sentence(config.error()).contains(u"secret"_s));

    QVERIFY(QFile::setPermissions(password, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup));
    const auto warned = loadPanelConfig(m_folder.filePath(u"panel.json"_s));
    QVERIFY(warned);
    QCOMPARE(warned->warnings.size(), 1);
}

void PanelConfigTest::judgesAPasswordFile_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("isGood");
    QTest::newRow("with a line break") << QByteArray("secret\n") << true;
    QTest::newRow("with spaces") << QByteArray(" a b ") << true;
    QTest::newRow("UTF-8") << QByteArray("pässwörd") << true;
    QTest::newRow("UTF-8 with a byte order mark") << QByteArray("\xef\xbb\xbfsecret\r\n") << true;
    QTest::newRow("UTF-16 with a byte order mark") << QByteArray("\xff\xfes\0e\0", 6) << true;
    QTest::newRow("only a byte order mark") << QByteArray("\xef\xbb\xbf\n") << false;
    QTest::newRow("empty") << QByteArray() << false;
    QTest::newRow("only a line break") << QByteArray("\n") << false;
    QTest::newRow("two lines") << QByteArray("a\nb\n") << false;
    QTest::newRow("too long") << QByteArray(5000, 'x') << false;
}

void PanelConfigTest::judgesAPasswordFile()
{
    QFETCH(const QByteArray, content);
    QFETCH(const bool, isGood);
    [[maybe_unused]] const QString password = write(u"password"_s, content);
    const auto config = loadPanelConfig(write(u"panel.json"_s, bytes(good())));
    QCOMPARE(config.has_value(), isGood);
    QVERIFY(!config || !config->password.startsWith(QChar(QChar::ByteOrderMark)));
}

void PanelConfigTest::warnsOfUnknownFields()
{
    [[maybe_unused]] const QString password = write(u"password"_s, "secret");
    QJsonObject object = good();
    object[u"prot"_s] = 5222;
    const auto config = loadPanelConfig(write(u"panel.json"_s, bytes(object)));
    QVERIFY(config);
    QCOMPARE(config->warnings.size(), 1);
    QVERIFY(sentence(config->warnings.front()).contains(u"\"prot\""_s));
}

void PanelConfigTest::checksWhatAFormHolds_data()
{
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("words");
    QTest::newRow("good") << QString() << QString();
    QTest::newRow("jid") << u"jid"_s << u"name@server"_s;
    QTest::newRow("password") << u"password"_s << u"password"_s;
    QTest::newRow("ca") << u"ca"_s << u"CA certificate"_s;
    QTest::newRow("store") << u"store"_s << u"store"_s;
}

void PanelConfigTest::checksWhatAFormHolds()
{
    QFETCH(const QString, field);
    QFETCH(const QString, words);
    PanelConfig config;
    config.jid = field == u"jid" ? u"panel"_s : u"panel@localhost"_s;
    config.password = field == u"password" ? QString() : u"secret"_s;
    config.caFile = field == u"ca" ? QString() : u"/ca.pem"_s;
    config.storeFile = field == u"store" ? QString() : u"/x.sqlite"_s;
    const records::Expected<> outcome = config.check();
    QCOMPARE(outcome.has_value(), field.isEmpty());
    if (!outcome) {
        QVERIFY2(sentence(outcome.error()).contains(words), qPrintable(sentence(outcome.error())));
    }
}

void PanelConfigTest::keepsOneStorePerAccount()
{
    QCOMPARE(storeFileFor(u"/data"_s, u"Panel@Host"_s), u"/data/panel@host.sqlite"_s);
    QVERIFY(!storeFileFor(u"/data"_s, u"../../etc/passwd@x"_s).contains(u".."_s + u'/'));
}

QTEST_GUILESS_MAIN(PanelConfigTest)
#include "tst_panel_config.moc"
