// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/RootKeys.h"
#include "crypto/Jws.h"
#include "integration/AgentDevice.h"
#include "integration/XmppEndpoint.h"
#include "protocol/SignedCommand.h"
#include "release/ReleaseSignature.h"
#include "support/HttpServer.h"
#include "support/TreeSnapshot.h"

#include <QJsonArray>
#include <QRandomGenerator>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 30'000;
const QString deviceJid = u"device@localhost"_s;
const QString panelJid = u"panel@localhost"_s;
const QString panelPassword = u"panel-secret"_s;

} // namespace

// The real agent on a real server, on a device whose owner trusts neither the panel's password nor the server: nothing
// is obeyed that no operator signed, and nothing installed that no release key signed.
class TestSignedDevice : public QObject
{
    Q_OBJECT

private:
    // One for each test, so that nothing of another one is still under way.
    std::unique_ptr<ProsodyServer> m_server;
    HttpServer m_web;
    QByteArray m_small; // the zip of the next release
    QByteArray m_zip;   // that is served
    QByteArray m_list;  // of the zip's files, signed
    std::unique_ptr<AgentDevice> m_device;
    std::unique_ptr<Endpoint> m_panel;
    SigningKey m_release;
    SigningKey m_operator;
    SigningKey m_stranger;

    [[nodiscard]] QList<QJsonObject> results() const
    {
        QList<QJsonObject> all;
        for (const QByteArray &body : m_panel->bodies()) {
            all += QJsonDocument::fromJson(body).object();
        }
        all.removeIf([](const QJsonObject &message) { return !message.contains("succcess"_L1); });
        return all;
    }
    void type(const QByteArray &body) { m_panel->session.send(deviceJid, body); }

    [[nodiscard]] ReleaseManifest manifest(const Files &files = meterRelease(2)) const
    {
        ReleaseManifest manifest;
        manifest.component = u"SmartMeter"_s;
        manifest.release = u"second"_s;
        manifest.processes = {{u"ocr"_s, 2}, {u"dlms"_s, 2}};
        manifest.sha256 = Sha256::hash(m_zip);
        manifest.size = m_zip.size();
        manifest.created = QDateTime::currentDateTimeUtc();
        for (auto it = files.begin(); it != files.end(); ++it) {
            const auto kind = it->startsWith("#!") ? ReleaseFile::Kind::Program : ReleaseFile::Kind::Plain;
            manifest.files.insert(it.key(), {Sha256::hash(*it), it->size(), kind});
        }
        return manifest;
    }
    [[nodiscard]] Command update(const std::optional<QByteArray> &release) const
    {
        UpdateCommand body;
        body.url = m_web.url();
        body.processes = manifest().processes;
        body.release = QString::fromLatin1(release.value_or(QByteArray()));
        Command command;
        command.body = body;
        command.number = 10;
        return command;
    }
    [[nodiscard]] static QByteArray signedBy(const SigningKey &key, const Command &command,
                                             const QString &device = deviceJid, int from = 0, int to = 600)
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const CommandClaims claims{device, now.addSecs(from), now.addSecs(to)};
        return encode(command, signJws(encode(command, claims), key).value());
    }
    // A large file, and as many small ones.
    [[nodiscard]] static Files manyFiles(int small)
    {
        QByteArray model(500'000, '\0');
        QRandomGenerator(7).generate(reinterpret_cast<quint32 *>(model.begin()),
                                     reinterpret_cast<quint32 *>(model.end()));
        Files files{{u"SmartMeter/lib/model.bin"_s, model}};
        for (int i = 0; i < small; ++i) {
            files[u"SmartMeter/lib/package/module_%1.py"_s.arg(i)] = "# " + QByteArray::number(i) + '\n';
        }
        return files;
    }
    [[nodiscard]] TreeSnapshot installed() const { return snapshotOf(m_device->path(u"SmartMeter"_s)); }
    void connectBoth(const QStringList &wrapper = {})
    {
        m_panel =
            std::make_unique<Endpoint>(accountOn(*m_server, panelJid, panelPassword), quickOptions(xmpp::Role::Panel));
        m_panel->session.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
        m_device->start({}, wrapper);
        QTRY_VERIFY_WITH_TIMEOUT(m_device->log().contains(u"online as"_s), limit);
    }
    // The folder of an operator who works with sgnctl.
    struct Desk
    {
        QTemporaryDir folder;
        [[nodiscard]] QString path(const QString &name) const { return folder.filePath(name); }
        void write(const QString &name, const QByteArray &content) const
        {
            QVERIFY(test::writeFile(path(name), content));
            QVERIFY(QFile::setPermissions(path(name), QFile::ReadOwner | QFile::WriteOwner));
        }
    };
    void prepare(const Desk &desk) const
    {
        desk.write(u"password"_s, panelPassword.toUtf8());
        desk.write(u"release.zip"_s, m_zip);
        QVERIFY(saveSigningKey(m_release, desk.path(u"release.jwk"_s)));
        QVERIFY(saveSigningKey(m_operator, desk.path(u"operator.jwk"_s)));
    }
    // Runs `sgnctl update smart-meter` with these keys in its configuration. Returns the device's state as sgnctl
    // prints it.
    [[nodiscard]] QJsonObject updateBySgnctl(const Desk &desk, const QJsonObject &keys, const QStringList &more) const
    {
        desk.write(u"panel.json"_s, QJsonDocument(QJsonObject{{u"jid"_s, panelJid},
                                                              {u"password_file"_s, u"password"_s},
                                                              {u"host"_s, m_server->address()},
                                                              {u"port"_s, m_server->port()},
                                                              {u"ca"_s, m_server->caFile()},
                                                              {u"store"_s, u"panel.sqlite"_s},
                                                              {u"keys"_s, keys}})
                                        .toJson());
        QProcess process;
        process.start(QStringLiteral(SGN_BIN_DIR "/sgnctl"), QStringList{u"--panel"_s, desk.path(u"panel.json"_s),
                                                                         u"--json"_s, u"update"_s, u"smart-meter"_s} +
                                                                 more + QStringList{u"--to"_s, deviceJid, u"--wait"_s});
        // The watchdog and the web server live in this process.
        (void)QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 2 * limit);
        return QJsonDocument::fromJson(process.readAllStandardOutput())["targets"_L1][0].toObject();
    }
    // Only the changed ones of many files are fetched, though the command has no room for their list.
    void updatesOnlyChangedFiles(const Desk &desk)
    {
        Files many = meterRelease(5);
        many.insert(manyFiles(300));
        QVERIFY(install(m_device->root(), manyFiles(300)));
        QVERIFY(makeZip(desk.path(u"release.zip"_s), many));
        const QStringList larger{desk.path(u"release.zip"_s), u"--process=ocr=5"_s};
        const auto wholes = m_device->log().count(u"fetching the whole zip"_s);
        const QJsonObject listed = updateBySgnctl(desk, m_bothKeys, larger);
        QVERIFY2(listed["state"_L1] == u"done"_s, QJsonDocument(listed).toJson());
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), many);
        QVERIFY(m_device->log().contains(u"fetching 4 of 305 files"_s));
        QCOMPARE(m_device->log().count(u"fetching the whole zip"_s), wholes);
    }

    // The keys in sgnctl's configuration.
    const QJsonObject m_operatorOnly{{u"operator"_s, u"operator.jwk"_s}};
    const QJsonObject m_bothKeys{{u"operator"_s, u"operator.jwk"_s}, {u"release"_s, u"release.jwk"_s}};

private Q_SLOTS:
    void initTestCase()
    {
        m_release = newSigningKey(u"release"_s).value();
        m_operator = newSigningKey(u"operator"_s).value();
        m_stranger = newSigningKey(u"stranger"_s).value();
        const QTemporaryDir folder;
        QVERIFY(makeZip(folder.filePath(u"a.zip"_s), meterRelease(2)));
        m_small = readWhole(folder.filePath(u"a.zip"_s));
        m_web.setHandler([this](const HttpRequest &request, QTcpSocket *socket) {
            HttpServer::serve(request, socket, request.path == "/list" ? m_list : m_zip);
        });
    }

    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start({{deviceJid, u"d"_s}, {panelJid, panelPassword}}),
                 qPrintable(m_server->errorString()));
        m_zip = m_small;
        m_device = std::make_unique<AgentDevice>();
        const QJsonObject keys{{u"release_keys"_s, QJsonArray{toJwk(publicKeyOf(m_release).value())}},
                               {u"operator_keys"_s, QJsonArray{toJwk(publicKeyOf(m_operator).value())}}};
        QVERIFY(m_device->configure(*m_server, deviceJid, u"d"_s, panelJid, keys));
        QVERIFY(m_device->listen());
        QVERIFY(install(m_device->root(), meterRelease(1)));
    }

    void cleanup()
    {
        m_device->kill();
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->log();
        }
        if (m_panel) {
            m_panel->session.stop();
            QTRY_VERIFY_WITH_TIMEOUT(m_panel->stops > 0, limit);
            m_panel.reset();
        }
        m_device.reset();
        m_server.reset();
    }

    void installsWhatBothHaveSigned()
    {
        connectBoth();
        const QByteArray body = signedBy(m_operator, update(signRelease(manifest(), m_release).value()));
        type(body);
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 1, limit);
        QVERIFY2(results().first()["succcess"_L1].toBool(), qPrintable(results().first()["remarks"_L1].toString()));
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), meterRelease(2));
        // Recorded and sent again: the same answer, and nothing runs twice.
        const auto requests = m_web.requests().size();
        type(body);
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 2, limit);
        QCOMPARE(results().last(), results().first());
        QCOMPARE(m_web.requests().size(), requests);
    }

    void rootsKeysReplaceTheConfigurations()
    {
        const QJsonObject owners{{u"release_keys"_s, QJsonArray{toJwk(publicKeyOf(m_operator).value())}}};
        QVERIFY(QFile::remove(m_device->path(u"certs/cacert.pem"_s)));
        QVERIFY(m_device->configure(*m_server, deviceJid, u"d"_s, panelJid, owners));
        const QTemporaryDir roots;
        const QString file = roots.filePath(u"WatchDog.keys"_s);
        QVERIFY(test::writeFile(file,
                                encodeRootKeys({{publicKeyOf(m_release).value()}, {publicKeyOf(m_operator).value()}})));
        connectBoth({u"env"_s, u"SGN_ROOT_KEYS="_s + file});
        type(encode(update(signRelease(manifest(), m_release).value())));
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 1, limit);
        QCOMPARE(results().first()["error"_L1], QJsonValue(u"not_signed"_s));
        type(signedBy(m_operator, update(signRelease(manifest(), m_release).value())));
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 2, limit);
        QVERIFY2(results().last()["succcess"_L1].toBool(), qPrintable(results().last()["remarks"_L1].toString()));
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), meterRelease(2));
    }

    void fetchesOnlyTheDifference_data()
    {
        QTest::addColumn<int>("more");
        QTest::newRow("a few files") << 0;
        QTest::newRow("more than a command can list") << 300;
    }

    void fetchesOnlyTheDifference()
    {
        QFETCH(const int, more);
        const Files same = manyFiles(more);
        QVERIFY(install(m_device->root(), same));
        Files files = meterRelease(2);
        files.insert(same);
        const QTemporaryDir folder;
        QVERIFY(makeZip(folder.filePath(u"a.zip"_s), files));
        m_zip = readWhole(folder.filePath(u"a.zip"_s));
        const SignedRelease made = signForCommand(manifest(files), m_release).value();
        QCOMPARE(made.listed.isEmpty(), more == 0);
        m_list = made.listed;
        Command command = update(made.release);
        std::get<UpdateCommand>(command.body).releaseUrl = more > 0 ? m_web.url(u"/list"_s) : QUrl();
        connectBoth();
        type(signedBy(m_operator, command));
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 1, limit);
        QVERIFY2(results().first()["succcess"_L1].toBool(), qPrintable(results().first()["remarks"_L1].toString()));
        const qint64 fetched = results().first()["bytes"_L1].toInteger();
        qInfo("%lld of %lld bytes, the list of files has %lld", static_cast<long long>(fetched),
              static_cast<long long>(m_zip.size()), static_cast<long long>(m_list.size()));
        QVERIFY(fetched < m_list.size() + 64'000);
        QVERIFY(fetched < m_zip.size() / 3);
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), files);
    }

    void refusesEverythingElse_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("error");
        m_zip = m_small;
        const QByteArray release = signRelease(manifest(), m_release).value();
        QTest::newRow("unsigned") << encode(update({})) << u"not_signed"_s;
        QTest::newRow("a signed release, no operator") << encode(update(release)) << u"not_signed"_s;
        QTest::newRow("an operator, no signed release") << signedBy(m_operator, update({})) << u"not_signed"_s;
        QTest::newRow("another operator's key") << signedBy(m_stranger, update(release)) << u"bad_signature"_s;
        QTest::newRow("another release key")
            << signedBy(m_operator, update(signRelease(manifest(), m_stranger).value())) << u"bad_signature"_s;
        QTest::newRow("the keys in each other's place")
            << signedBy(m_release, update(signRelease(manifest(), m_operator).value())) << u"bad_signature"_s;
        QTest::newRow("signed for another device")
            << signedBy(m_operator, update(release), u"other@localhost"_s) << u"bad_signature"_s;
        QTest::newRow("over") << signedBy(m_operator, update(release), deviceJid, -7200, -3600) << u"expired"_s;
        ReleaseManifest other = manifest();
        other.sha256 = QByteArray(32, 'x');
        QTest::newRow("another zip") << signedBy(m_operator, update(signRelease(other, m_release).value()))
                                     << u"hash_mismatch"_s;
        other = manifest();
        other.processes[0].version = 3;
        QTest::newRow("another version") << signedBy(m_operator, update(signRelease(other, m_release).value()))
                                         << u"bad_signature"_s;
        other = manifest();
        other.files.remove(u"SmartMeter/lib/data.bin"_s);
        QTest::newRow("a file that is not signed")
            << signedBy(m_operator, update(signRelease(other, m_release).value())) << u"hash_mismatch"_s;
    }

    void refusesEverythingElse()
    {
        QFETCH(const QByteArray, body);
        QFETCH(const QString, error);
        const TreeSnapshot before = installed();
        connectBoth();
        type(body);
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 1, limit);
        QCOMPARE(results().first()["succcess"_L1], QJsonValue(false));
        QCOMPARE(results().first()["error"_L1], QJsonValue(error));
        QCOMPARE(installed(), before);
        QVERIFY(m_device->watchdog.requestsOf<control::Hold>().isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(QDir(m_device->path(u"downloads"_s)).entryList({u"*SmartMeter*"_s}), QStringList(),
                                  limit);
    }

    // The panel's own program signs for both.
    void obeysSgnctl()
    {
        const Desk desk;
        prepare(desk);
        m_device->start();
        QTRY_VERIFY_WITH_TIMEOUT(m_device->log().contains(u"online as"_s), limit);
        const QStringList byUrl{m_web.url().toString(), u"--process=ocr=2"_s, u"--process=dlms=2"_s};

        QCOMPARE(updateBySgnctl(desk, {}, byUrl)["error"_L1], QJsonValue(u"not_signed"_s));
        QCOMPARE(updateBySgnctl(desk, m_operatorOnly, byUrl)["error"_L1], QJsonValue(u"not_signed"_s));
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), meterRelease(1));

        // Signed on another machine, and named by its file.
        desk.write(u"release.jws"_s, signRelease(manifest(), m_release).value() + '\n');
        const QJsonObject done =
            updateBySgnctl(desk, m_operatorOnly, byUrl + QStringList{u"--release"_s, desk.path(u"release.jws"_s)});
        QVERIFY2(done["state"_L1] == u"done"_s, QJsonDocument(done).toJson());
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), meterRelease(2));

        // Signed here, and fetched from the server's store, whose certificate is the one that the device trusts.
        QVERIFY(makeZip(desk.path(u"release.zip"_s), meterRelease(3)));
        const QStringList byZip{desk.path(u"release.zip"_s), u"--process=ocr=3"_s};
        const QJsonObject here =
            updateBySgnctl(desk, m_operatorOnly, byZip + QStringList{u"--sign"_s, desk.path(u"release.jwk"_s)});
        QVERIFY2(here["state"_L1] == u"done"_s, QJsonDocument(here).toJson());
        QVERIFY(makeZip(desk.path(u"release.zip"_s), meterRelease(4)));
        const QStringList newer{desk.path(u"release.zip"_s), u"--process=ocr=4"_s};
        const QJsonObject last = updateBySgnctl(desk, m_bothKeys, newer);
        QVERIFY2(last["state"_L1] == u"done"_s, QJsonDocument(last).toJson());
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), meterRelease(4));
        updatesOnlyChangedFiles(desk);
    }
};

QTEST_GUILESS_MAIN(TestSignedDevice)
#include "tst_agent_signed.moc"
