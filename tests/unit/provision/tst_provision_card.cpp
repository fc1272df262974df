// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/ExtVolume.h"
#include "card/PasswordHash.h"
#include "config/DeviceConfig.h"
#include "crypto/ConfigEnvelope.h"
#include "support/CardImage.h"
#include "support/DeviceConfigs.h"
#include "support/ProvisionRun.h"

#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;
using namespace sgn::test;

namespace {

constexpr qint64 limit = 10 * 1024 * 1024;
const QByteArray home = "/home/pi/technospurs"_ba;

} // namespace

// The program on an image, as an ordinary user has it.
class ProvisionCardTest : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path(const QString &name) const { return m_folder->filePath(name); }
    [[nodiscard]] Ran run(const QStringList &arguments, const QByteArray &input = {}) const
    {
        return runProvision(m_folder->path(), arguments, input);
    }
    [[nodiscard]] static QStringList everything()
    {
        return {u"card"_s,        u"--image"_s,       u"card.img"_s,   u"--config"_s,
                u"device.json"_s, u"--cacert"_s,      u"ca.pem"_s,     u"--password-stdin"_s,
                u"--timezone"_s,  u"Europe/Berlin"_s, u"--hostname"_s, u"meter-1"_s,
                u"--ssh"_s,       u"--ssh-key"_s,     u"keys"_s,       u"--smart-meter"_s,
                u"meter.zip"_s,   u"--agent"_s,       u"agent.zip"_s,  u"--watchdog"_s,
                u"watchdog.zip"_s};
    }
    [[nodiscard]] std::unique_ptr<ExtVolume> card() const
    {
        auto volume = ExtVolume::open(path(u"card.img"_s), cardRoot);
        return volume ? *std::move(volume) : nullptr;
    }
    [[nodiscard]] static Files releaseOf(const QString &folder, const QByteArray &script = "#!/usr/bin/python3.7\n")
    {
        return {{folder + u"/program.py"_s, script}, {folder + u"/version"_s, "3\n"}};
    }

    std::unique_ptr<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(layBuster(path(u"root"_s)));
        QCOMPARE(makeCardImage(path(u"card.img"_s), path(u"root"_s)), QString());
        QVERIFY(test::writeFile(path(u"device.json"_s), configText(u"meter"_s, u"b8:27:eb:00:00:01"_s)));
        QVERIFY(test::writeFile(path(u"ca.pem"_s), "PEM\n"));
        QVERIFY(test::writeFile(path(u"keys"_s), "# desk\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ desk\n\n"));
        QVERIFY(makeZip(path(u"meter.zip"_s), releaseOf(u"SmartMeter"_s)));
        QVERIFY(makeZip(path(u"agent.zip"_s), releaseOf(u"JabberClient"_s)));
        QVERIFY(makeZip(path(u"watchdog.zip"_s), releaseOf(u"WatchDog"_s)));
    }

    void preparesAnImage()
    {
        const QByteArray before = readWhole(path(u"card.img"_s));
        const Ran dry = run(everything() << u"--dry-run"_s, "Welcome123$\r\n");
        QCOMPARE(dry.exitCode, 0);
        QVERIFY2(dry.output.contains(u"/home/pi/technospurs/cfg/config_file.bin is missing"_s), qPrintable(dry.output));
        QVERIFY(readWhole(path(u"card.img"_s)) == before);

        const Ran first = run(everything(), "Welcome123$\r\n");
        QVERIFY2(first.exitCode == 0, qPrintable(first.errors));
        QVERIFY(!first.output.contains(u"Welcome"_s));
        const auto volume = card();
        QVERIFY(volume);
        const auto files =
            volume->read({"/etc/shadow", "/etc/hostname", home + "/cfg/config_file.bin", home + "/cfg/device.key",
                          home + "/SmartMeter/program.py", "/home/pi/.ssh/authorized_keys"},
                         limit);
        QVERIFY(files);
        QVERIFY(matchesPassword("Welcome123$", passwordHashIn(files->value("/etc/shadow"), "pi")));
        QCOMPARE(files->value("/etc/hostname"), QByteArray("meter-1\n"));
        QCOMPARE(files->value(home + "/SmartMeter/program.py"), QByteArray("#!/usr/bin/python3.7\n"));
        QCOMPARE(files->value("/home/pi/.ssh/authorized_keys").count('\n'), 1);
        const SecureBytes key(QByteArrayView(files->value(home + "/cfg/device.key")));
        const auto plain = decryptEnvelope(files->value(home + "/cfg/config_file.bin"), key);
        QVERIFY(plain);
        QCOMPARE(parseDeviceConfig(plain->view()).value().clientJid, u"meter@localhost"_s);
        const auto nodes = volume->look({home + "/JabberClient/program.py", "/home/root/WatchDog/program.py",
                                         home + "/cfg/device.key", home + "/logs", "/etc/shadow"});
        QVERIFY(nodes);
        QCOMPARE(nodes->value(home + "/JabberClient/program.py"), (Node{Node::Type::File, 0755, 1000, 1000, 21}));
        QCOMPARE(nodes->value("/home/root/WatchDog/program.py"), (Node{Node::Type::File, 0755, 0, 0, 21}));
        QCOMPARE(nodes->value(home + "/cfg/device.key"), (Node{Node::Type::File, 0600, 1000, 1000, 32}));
        QCOMPARE(nodes->value(home + "/logs"), (Node{Node::Type::Folder, 0755, 1000, 1000, 0}));
        QCOMPARE(nodes->value("/etc/shadow").mode, mode_t{0640});

        const QByteArray done = readWhole(path(u"card.img"_s));
        const Ran second = run(everything(), "Welcome123$\n");
        QCOMPARE(second.exitCode, 0);
        QCOMPARE(second.output, u"nothing to change\n"_s);
        QVERIFY(readWhole(path(u"card.img"_s)) == done);
    }

    void takesSeveralSecrets()
    {
        const QStringList wifi{u"card"_s, u"--image"_s,        u"card.img"_s, u"--wifi-ssid"_s,
                               u"n"_s,    u"--wifi-country"_s, u"DE"_s,       u"--hardware-watchdog"_s};
        const Ran ran = run(wifi + QStringList{u"--wifi-passphrase-stdin"_s, u"--password-stdin"_s},
                            "Welcome123$\r\ncorrect horse\r\n");
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.errors));
        QVERIFY(!ran.output.contains(u"horse"_s));
        const QByteArray conf = "/etc/wpa_supplicant/wpa_supplicant.conf";
        const auto files = card()->read({"/etc/shadow", conf}, limit).value();
        QVERIFY(matchesPassword("Welcome123$", passwordHashIn(files.value("/etc/shadow"), "pi")));
        QVERIFY(files.value(conf).contains("psk=\"correct horse\"\n"));
        QVERIFY(test::writeFile(path(u"pass"_s), "correct horse\n"));
        const Ran again = run(wifi + QStringList{u"--wifi-passphrase-file"_s, u"pass"_s});
        QCOMPARE(again.output, u"nothing to change\n"_s);
        const Ran one = run(wifi + QStringList{u"--wifi-passphrase-stdin"_s, u"--password-stdin"_s}, "Welcome123$\n");
        QCOMPARE(one.exitCode, 1);
        QVERIFY2(one.errors.contains(u"stdin: line 2 has to be the Wi-Fi's passphrase"_s), qPrintable(one.errors));
        const Ran more = run(wifi + QStringList{u"--wifi-passphrase-stdin"_s}, "correct horse\nx\n");
        QVERIFY2(more.errors.contains(u"2 lines"_s) && !more.errors.contains(u"horse"_s), qPrintable(more.errors));
    }

    // Every device has a key of its own; a card keeps it.
    void keepsTheCardsKey()
    {
        const QStringList arguments{u"card"_s, u"--image"_s, u"card.img"_s, u"--config"_s, u"device.json"_s};
        QCOMPARE(run(arguments).exitCode, 0);
        const QByteArray key = home + "/cfg/device.key";
        const QByteArray first = card()->read({key}, limit).value().value(key);
        QCOMPARE(first.size(), 32);
        QVERIFY(test::writeFile(path(u"device.json"_s), configText(u"other"_s, u"b8:27:eb:00:00:01"_s)));
        const Ran changed = run(arguments);
        QVERIFY(changed.output.contains(u"config_file.bin has another content"_s) ||
                changed.output.contains(u"done"_s));
        QCOMPARE(card()->read({key}, limit).value().value(key), first);
        QCOMPARE(makeCardImage(path(u"card.img"_s), path(u"root"_s)), QString());
        QCOMPARE(run(arguments).exitCode, 0);
        QVERIFY(card()->read({key}, limit).value().value(key) != first);
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("file"); // that is replaced
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("words");
        QTest::newRow("no image") << u"card.img"_s << QByteArray("hello") << u"no image of a Raspberry Pi card"_s;
        QTest::newRow("a configuration without an account")
            << u"device.json"_s << QByteArray("{}") << u"device.json: xmpp_client"_s;
        QTest::newRow("no zip") << u"meter.zip"_s << QByteArray("hello") << u"meter.zip"_s;
        QTest::newRow("no key") << u"keys"_s << QByteArray("hello\n") << u"no public key of ssh: hello"_s;
    }

    void refuses()
    {
        QFETCH(const QString, file);
        QFETCH(const QByteArray, content);
        QFETCH(const QString, words);
        QVERIFY(test::writeFile(path(file), content));
        const QByteArray before = readWhole(path(u"card.img"_s));
        const Ran ran = run(everything(), "x\n");
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(words), qPrintable(ran.errors));
        QVERIFY(readWhole(path(u"card.img"_s)) == before);
    }

    void refusesScriptsThatCannotRunThere_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QString>("words");
        QTest::newRow("another Python") << QByteArray("#!/usr/bin/python3.11\n")
                                        << u"/usr/bin/python3.11 is not on this device"_s;
        QTest::newRow("from Windows") << QByteArray("#!/usr/bin/python3.7\r\n") << u"CRLF"_s;
    }

    void refusesScriptsThatCannotRunThere()
    {
        QFETCH(const QByteArray, script);
        QFETCH(const QString, words);
        QVERIFY(QFile::remove(path(u"meter.zip"_s)));
        QVERIFY(makeZip(path(u"meter.zip"_s), releaseOf(u"SmartMeter"_s, script)));
        const Ran ran = run(everything(), "x\n");
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(words), qPrintable(ran.errors));
    }

    void namesWrongUsage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("words");
        QTest::newRow("no card") << QStringList{u"card"_s} << u"either --root or --image"_s;
        QTest::newRow("two cards") << QStringList{u"card"_s, u"--root"_s, u"/x"_s, u"--image"_s, u"y"_s}
                                   << u"either --root or --image"_s;
        QTest::newRow("init") << QStringList{u"card"_s, u"--root"_s, u"/x"_s, u"--init"_s, u"runit"_s}
                              << u"--init takes systemd or cron"_s;
        const QStringList wifi{u"card"_s, u"--root"_s, u"/x"_s, u"--wifi-ssid"_s, u"n"_s};
        QTest::newRow("no country") << wifi << u"--wifi-country is missing"_s;
        QTest::newRow("no passphrase") << wifi + QStringList{u"--wifi-country"_s, u"DE"_s} << u"or is --wifi-open"_s;
        QTest::newRow("no network") << QStringList{u"card"_s, u"--root"_s, u"/x"_s, u"--wifi-open"_s}
                                    << u"--wifi-ssid is missing"_s;
        QTest::newRow("boot") << QStringList{u"card"_s, u"--image"_s, u"x"_s, u"--boot"_s, u"y"_s}
                              << u"--boot goes with --root"_s;
        QTest::newRow("more") << QStringList{u"card"_s, u"x"_s} << u"one argument too many"_s;
    }

    void namesWrongUsage()
    {
        QFETCH(const QStringList, arguments);
        QFETCH(const QString, words);
        const Ran ran = run(arguments);
        QCOMPARE(ran.exitCode, 2);
        QVERIFY2(ran.errors.contains(words), qPrintable(ran.errors));
    }

    void refusesAMountedFolderThatIsNoCard()
    {
        const Ran ran = run({u"card"_s, u"--root"_s, m_folder->path()});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(u"no card with Raspberry Pi OS"_s), qPrintable(ran.errors));
    }
};

QTEST_GUILESS_MAIN(ProvisionCardTest)
#include "tst_provision_card.moc"
