// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/WatchdogRelease.h"
#include "support/ProvisionRun.h"
#include "support/StickKit.h"

#include <QJsonArray>
#include <sys/stat.h>

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int limit = 90'000;
const QString secret = u"canary-password"_s;

} // namespace

// A USB stick at a device without a network: the real watchdog and agent, and folders that another program would have
// mounted (SGN_STICKS). What a block device adds is tst_stick_mount's.
class TestStick : public QObject
{
    Q_OBJECT

private:
    StickKit m_kit;
    QString m_keyFile;
    QString m_publicKeyFile;
    std::unique_ptr<QTemporaryDir> m_desk;   // where sticks are written
    std::unique_ptr<QTemporaryDir> m_sticks; // where they are plugged in
    std::unique_ptr<ReleasedDevice> m_device;

    // Beside what plug() moves into m_sticks in one step.
    [[nodiscard]] QString prepared(const QString &name) const
    {
        QDir().mkpath(m_desk->filePath(name));
        return m_desk->filePath(name);
    }
    [[nodiscard]] QString stick(const QString &name) const { return m_sticks->filePath(name); }
    void plug(const QString &name) { QVERIFY(QDir().rename(m_desk->filePath(name), stick(name))); }
    void unplug(const QString &name) { QVERIFY(QDir().rename(stick(name), m_desk->filePath(name))); }

    void configure(const QJsonObject &more) const
    {
        QJsonObject config{{u"xmpp_client"_s, QJsonObject{{u"client_jid"_s, u"device@localhost"_s},
                                                          {u"client_password"_s, secret},
                                                          {u"cpanel_jid"_s, u"panel@localhost"_s},
                                                          {u"host"_s, u"127.0.0.1"_s}, // nothing listens there
                                                          {u"port"_s, 1}}}};
        for (auto it = more.begin(); it != more.end(); ++it) {
            config[it.key()] = it.value();
        }
        m_device->writeConfig(config);
    }
    void start()
    {
        QVERIFY(m_device->start(10, {u"/usr/bin/env"_s, u"SGN_STICKS="_s + m_sticks->path()}));
        QTRY_VERIFY_WITH_TIMEOUT(log(u"watchdog"_s).contains("agent connected"), limit);
    }
    [[nodiscard]] QByteArray log(const QString &program) const { return m_device->read(u"logs/%1.log"_s.arg(program)); }
    // As a person at a desk makes it.
    void writeByProvision(const QString &mount, const QList<std::pair<QString, Files>> &releases)
    {
        QStringList zips;
        for (const auto &[component, files] : releases) {
            const QString zip = m_desk->filePath(component + u".zip"_s);
            QVERIFY(makeZip(zip, files));
            const Ran ran = runProvision(m_desk->path(), {u"sign"_s, zip, u"--key"_s, m_keyFile, u"--component"_s,
                                                          component, u"--out"_s, component + u".jws"_s});
            QVERIFY2(ran.exitCode == 0, qPrintable(ran.errors));
            zips += zip;
        }
        const Ran ran = runProvision(m_desk->path(), QStringList{u"stick"_s} + zips +
                                                         QStringList{u"--key"_s, m_publicKeyFile, u"--out"_s, mount});
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.errors));
    }
    [[nodiscard]] Files meterFiles(int version) const
    {
        return {{u"SmartMeter/ocr.py"_s, WatchdogDevice::meterScript({}, version)},
                {u"SmartMeter/version"_s, QByteArray::number(version)}};
    }

private Q_SLOTS:
    void initTestCase()
    {
        static const QTemporaryDir keys;
        m_keyFile = keys.filePath(u"release.private.jwk"_s);
        m_publicKeyFile = keys.filePath(u"release.public.jwk"_s);
        QVERIFY(saveSigningKey(m_kit.key(), m_keyFile));
        QVERIFY(writeFile(m_publicKeyFile, QJsonDocument(toJwk(m_kit.publicKey())).toJson()));
    }
    void init()
    {
        m_desk = std::make_unique<QTemporaryDir>();
        m_sticks = std::make_unique<QTemporaryDir>();
        // The watchdog looks there with the rights of the device's owner.
        QVERIFY(::chmod(QFile::encodeName(m_sticks->path()).constData(), 0755) == 0);
        m_device = std::make_unique<ReleasedDevice>();
        configure({{u"release_keys"_s, QJsonArray{toJwk(m_kit.publicKey())}}});
        m_device->makeFolder(u"certs"_s);
        m_device->write(u"JabberClient/sgn-agent"_s, agentProgram(), 0755);
    }
    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << log(u"watchdog"_s) << log(u"agent"_s);
        }
        m_device.reset();
    }

    void installsAMeterAndWritesTheResultBack()
    {
        m_device->addMeter(u"ocr"_s);
        start();
        {
            ControlClient client(*m_device);
            QVERIFY(client.startMeters({u"ocr"_s}));
        }
        writeByProvision(prepared(u"usb0"_s), {{u"SmartMeter"_s, meterFiles(2)}});
        plug(u"usb0"_s);
        QTRY_COMPARE_WITH_TIMEOUT(StickKit::results(stick(u"usb0"_s)).size(), 1, limit);
        const StickResult result = StickKit::results(stick(u"usb0"_s)).constFirst();
        QVERIFY2(result.isSuccess(), encode(result));
        QCOMPARE(result.device, u"b8:27:eb:00:00:01"_s);
        QCOMPARE(result.jid, u"device@localhost"_s);
        QCOMPARE(result.releases.size(), 1);
        QCOMPARE(result.releases.constFirst().component, u"SmartMeter"_s);
        QCOMPARE(result.releases.constFirst().before, (QList<ProcessVersion>{{u"ocr"_s, 1}}));
        QCOMPARE(result.releases.constFirst().processes, (QList<ProcessVersion>{{u"ocr"_s, 2}}));
        QCOMPARE(m_device->read(u"SmartMeter/version"_s), "2");
        QCOMPARE(StickKit::logs(stick(u"usb0"_s)).size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(!QFileInfo::exists(m_device->path(u"downloads/stick"_s)), limit);
        const auto starts = m_device->starts(u"ocr"_s).size();

        // Once more: nothing is done twice, and the stick gets its answer.
        unplug(u"usb0"_s);
        writeByProvision(prepared(u"usb1"_s), {{u"SmartMeter"_s, meterFiles(2)}});
        plug(u"usb1"_s);
        QTRY_COMPARE_WITH_TIMEOUT(StickKit::results(stick(u"usb1"_s)).size(), 1, limit);
        const StickResult again = StickKit::results(stick(u"usb1"_s)).constFirst();
        QVERIFY2(again.isSuccess(), encode(again));
        QCOMPARE(again.releases.constFirst().remarks, u"already installed"_s);
        QCOMPARE(m_device->starts(u"ocr"_s).size(), starts);
        // A password that a log line might quote isn't carried about.
        for (const QString &name : QDir(stick(u"usb1"_s) + u"/sgn/results"_s).entryList(QDir::Files)) {
            QVERIFY(!readWhole(stick(u"usb1"_s) + u"/sgn/results/"_s + name).contains(secret.toUtf8()));
        }
    }

    void replacesAgentAndWatchdogWithoutANetwork()
    {
        start();
        writeByProvision(
            prepared(u"usb0"_s),
            {{u"WatchDog"_s,
              {{u"WatchDog/sgn-watchdog"_s, readWhole(ReleasedDevice::watchdog)},
               {u"WatchDog/sgn-watchdog-update"_s, readWhole(ReleasedDevice::updater)},
               {u"WatchDog/version"_s, "2\n"}}},
             {u"JabberClient"_s, {{u"JabberClient/sgn-agent"_s, agentProgram()}, {u"JabberClient/version"_s, "2\n"}}}});
        plug(u"usb0"_s);
        QTRY_COMPARE_WITH_TIMEOUT(StickKit::results(stick(u"usb0"_s)).size(), 1, limit);
        const StickResult result = StickKit::results(stick(u"usb0"_s)).constFirst();
        QVERIFY2(result.isSuccess(), encode(result));
        QCOMPARE(result.releases.size(), 2);
        QCOMPARE(result.releases.at(0).version, std::optional(2));
        QCOMPARE(result.releases.at(0).versionBefore, std::optional(1));
        QCOMPARE(result.releases.at(1).versionBefore, std::optional(1));
        QCOMPARE(m_device->installedVersion(), 2);
        QCOMPARE(m_device->read(u"JabberClient/version"_s), "2\n");
        QCOMPARE(m_device->running(u"sgn-agent"_s).size(), 1);
        QCOMPARE(m_device->mains().size(), 1);
        // The new watchdog finds the same stick, and begins nothing again.
        QTRY_VERIFY_WITH_TIMEOUT(!QFileInfo::exists(m_device->path(u"downloads/stick"_s)), limit);
        QCOMPARE(StickKit::results(stick(u"usb0"_s)).size(), 1);
    }

    void rollsAnAgentBackThatDoesNotWork()
    {
        start();
        const QByteArray broken = "#!/bin/sh\ncase \"$*\" in *--self-test*) exit 0;; esac\necho no way >&2\nexit 9\n";
        writeByProvision(
            prepared(u"usb0"_s),
            {{u"JabberClient"_s, {{u"JabberClient/sgn-agent"_s, broken}, {u"JabberClient/version"_s, "2\n"}}}});
        plug(u"usb0"_s);
        QTRY_COMPARE_WITH_TIMEOUT(StickKit::results(stick(u"usb0"_s)).size(), 1, limit);
        const StickResult result = StickKit::results(stick(u"usb0"_s)).constFirst();
        QVERIFY(!result.isSuccess());
        QCOMPARE(result.releases.constFirst().error, std::optional(ErrorCode::NotHealthy));
        QVERIFY(result.releases.constFirst().rolledBack);
        QCOMPARE(m_device->running(u"sgn-agent"_s).size(), 1);
    }

    // The stick is pulled out before the result is there, and the device restarts; any later stick gets it.
    void theResultWaitsForAStick()
    {
        m_device->addMeter(u"ocr"_s);
        start();
        {
            ControlClient client(*m_device);
            QVERIFY(client.startMeters({u"ocr"_s}));
        }
        writeByProvision(prepared(u"usb0"_s), {{u"SmartMeter"_s, meterFiles(2)}});
        plug(u"usb0"_s);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(m_device->path(u"downloads/stick/order.json"_s)), limit);
        unplug(u"usb0"_s);
        m_device->kill();
        m_device->killAll();
        start();
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(m_device->path(u"downloads/stick/result.json"_s)), limit);
        QCOMPARE(m_device->read(u"SmartMeter/version"_s), "2");
        plug(u"usb0"_s);
        QTRY_COMPARE_WITH_TIMEOUT(StickKit::results(stick(u"usb0"_s)).size(), 1, limit);
        QVERIFY(StickKit::results(stick(u"usb0"_s)).constFirst().isSuccess());
        QTRY_VERIFY_WITH_TIMEOUT(!QFileInfo::exists(m_device->path(u"downloads/stick"_s)), limit);
    }

    void refusesWhatIsNotForThisDevice_data()
    {
        using Change = std::function<void(TestStick &, const QString &mount)>;
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, const QString &reason, const Change &change) {
            QTest::newRow(name) << change << reason;
        };
        row("a device without release keys", u"this device has no release_keys"_s,
            [](TestStick &test, const QString &) { test.configure({}); });
        row("root's keys are others'", u"the signature's key is not trusted here"_s,
            [](TestStick &test, const QString &) {
                const StickKit other;
                test.m_device->writeHome(
                    u"WatchDog.keys"_s,
                    QJsonDocument(QJsonObject{{u"release_keys"_s, QJsonArray{toJwk(other.publicKey())}}}).toJson());
            });
        row("another key", u"the signature's key is not trusted here"_s, [](TestStick &, const QString &mount) {
            const StickKit other;
            QVERIFY(StickKit::write(mount, {other.meter(2)}));
        });
        row("other devices", u"the order is for other devices"_s, [](TestStick &test, const QString &mount) {
            QVERIFY(StickKit::write(mount, {test.m_kit.meter(2)}, {u"device@elsewhere"_s}));
        });
        row("a CA file", u"only from the panel"_s, [](TestStick &test, const QString &mount) {
            QVERIFY(StickKit::write(mount, {test.m_kit.release({{u"cacert.pem"_s, "x"}}, {})}));
        });
        row("a changed zip", u"isn't what was signed"_s, [](TestStick &test, const QString &mount) {
            StickFile file = test.m_kit.meter(2);
            file.zip[file.zip.size() / 2] = static_cast<char>(file.zip.at(file.zip.size() / 2) ^ 1);
            QVERIFY(StickKit::write(mount, {file}));
        });
        row("a cut zip", u"were signed; write the stick anew"_s, [](TestStick &test, const QString &mount) {
            StickFile file = test.m_kit.meter(2);
            file.zip.chop(1);
            QVERIFY(StickKit::write(mount, {file}));
        });
        row("no zip", u"0.zip"_s,
            [](TestStick &, const QString &mount) { QVERIFY(QFile::remove(mount + u"/sgn/0.zip"_s)); });
        row("a link in place of the zip", u"no regular file"_s, [](TestStick &, const QString &mount) {
            QVERIFY(QFile::remove(mount + u"/sgn/0.zip"_s));
            QVERIFY(QFile::link(u"/etc/passwd"_s, mount + u"/sgn/0.zip"_s));
        });
        row("a pipe in place of the zip", u"no regular file"_s, [](TestStick &, const QString &mount) {
            QVERIFY(QFile::remove(mount + u"/sgn/0.zip"_s));
            QVERIFY(::mkfifo(QFile::encodeName(mount + u"/sgn/0.zip"_s).constData(), 0644) == 0);
        });
        row("a pipe in place of the manifest", u"no regular file"_s, [](TestStick &, const QString &mount) {
            QVERIFY(QFile::remove(mount + u"/sgn/0.jws"_s));
            QVERIFY(::mkfifo(QFile::encodeName(mount + u"/sgn/0.jws"_s).constData(), 0644) == 0);
        });
        row("a manifest without an end", u"has more than"_s, [](TestStick &, const QString &mount) {
            QFile file(mount + u"/sgn/0.jws"_s);
            QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(qint64{3} << 30));
        });
        row("no order but JSON", u"order.json"_s,
            [](TestStick &, const QString &mount) { QVERIFY(writeFile(mount + u"/sgn/order.json"_s, "[1]")); });
        row("names that lead elsewhere", u"is no plain file name"_s, [](TestStick &, const QString &mount) {
            QVERIFY(writeFile(mount + u"/sgn/order.json"_s,
                              R"({"format":1,"releases":[{"zip":"../../etc/shadow","release":"0.jws"}]})"));
        });
    }

    void refusesWhatIsNotForThisDevice()
    {
        using Change = std::function<void(TestStick &, const QString &mount)>;
        QFETCH(Change, change);
        QFETCH(QString, reason);
        QVERIFY(install(m_device->root(), meterRelease(1)));
        const Files before = installedFiles(m_device->root(), u"SmartMeter"_s);
        const QString mount = prepared(u"usb0"_s);
        QVERIFY(StickKit::write(mount, {m_kit.meter(2)}));
        change(*this, mount);
        start();
        plug(u"usb0"_s);
        QTRY_COMPARE_WITH_TIMEOUT(StickKit::results(stick(u"usb0"_s)).size(), 1, limit);
        const StickResult result = StickKit::results(stick(u"usb0"_s)).constFirst();
        QVERIFY(!result.isSuccess());
        QVERIFY2(result.remarks.contains(reason), qPrintable(result.remarks));
        QVERIFY(!QFileInfo::exists(m_device->path(u"downloads/stick"_s)));
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), before);
        QTRY_VERIFY_WITH_TIMEOUT(log(u"watchdog"_s).contains("refused the stick"), limit);
    }

    // Nothing that lies there is followed, waited for or listed.
    void leavesOtherSticksAlone_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("no order") << 0;
        QTest::newRow("a pipe in place of the order") << 1;
        QTest::newRow("results lead elsewhere") << 2;
    }
    void leavesOtherSticksAlone()
    {
        QFETCH(int, kind);
        const QTemporaryDir elsewhere;
        const QString mount = prepared(u"usb0"_s);
        QVERIFY(StickKit::write(mount, {m_kit.meter(2)}, {u"another@device"_s}));
        const QString order = mount + u"/sgn/order.json"_s;
        if (kind != 2) {
            QVERIFY(QFile::remove(order));
        }
        if (kind == 1) {
            QVERIFY(::mkfifo(QFile::encodeName(order).constData(), 0644) == 0);
        }
        if (kind == 2) {
            QVERIFY(QFile::link(elsewhere.path(), mount + u"/sgn/results"_s));
        }
        start();
        plug(u"usb0"_s);
        // One behind it shows that the first has been dealt with.
        QVERIFY(StickKit::write(prepared(u"usb1"_s), {m_kit.meter(2)}, {u"another@device"_s}));
        plug(u"usb1"_s);
        QTRY_COMPARE_WITH_TIMEOUT(StickKit::results(stick(u"usb1"_s)).size(), 1, limit);
        QVERIFY(StickKit::results(stick(u"usb0"_s)).isEmpty());
        QVERIFY(QDir(elsewhere.path()).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestStick)
#include "tst_stick.moc"
