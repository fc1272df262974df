// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/ExtVolume.h"
#include "card/PasswordHash.h"
#include "config/DeviceConfig.h"
#include "crypto/ConfigEnvelope.h"
#include "support/CardImage.h"
#include "support/DeviceConfigs.h"
#include "support/ElfFiles.h"
#include "support/ProvisionRun.h"
#include "support/TestCa.h"

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

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

    // With the program that it has to have.
    [[nodiscard]] static Files withProgram(const QString &program, const QByteArray &content = "#!/usr/bin/python3.7\n")
    {
        Files files = releaseOf(program.section(u'/', 0, 0));
        files.insert(program, content);
        return files;
    }

    // A card whose first user isn't pi, and a bundle's agent.
    void prepareCardOfAnn()
    {
        const QString passwd = path(u"root/etc/passwd"_s);
        QVERIFY(test::writeFile(passwd, "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000:,,,:/home/ann:/bin/bash\n"));
        QVERIFY(test::writeFile(path(u"root/etc/shadow"_s), "root:*:1:0:99999:7:::\nann:*:1:0:99999:7:::\n"));
        QVERIFY(QDir().mkpath(path(u"root/home/ann"_s)) && QDir().rmdir(path(u"root/home/pi"_s)));
        QCOMPARE(makeCardImage(path(u"card.img"_s), path(u"root"_s)), QString());
        QVERIFY(QFile::remove(path(u"agent.zip"_s)) && QFile::remove(path(u"watchdog.zip"_s)));
        QVERIFY(
            makeZip(path(u"agent.zip"_s), {{u"JabberClient/sgn-agent"_s, elfOfArmhf(home + "/JabberClient/lib/ld.so")},
                                           {u"JabberClient/lib/ld.so"_s, elfOfArmhf()},
                                           {u"JabberClient/version"_s, "3\n"}}));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    TestCa m_ca;

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_ca.isValid(), qPrintable(m_ca.errorString())); }

    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(layBuster(path(u"root"_s)));
        QCOMPARE(makeCardImage(path(u"card.img"_s), path(u"root"_s)), QString());
        QVERIFY(test::writeFile(path(u"device.json"_s), configText(u"meter"_s, u"b8:27:eb:00:00:01"_s)));
        QVERIFY(QFile::copy(m_ca.caFile(), path(u"ca.pem"_s)));
        QVERIFY(test::writeFile(path(u"keys"_s), "# desk\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ desk\n\n"));
        QVERIFY(makeZip(path(u"meter.zip"_s), releaseOf(u"SmartMeter"_s)));
        QVERIFY(makeZip(path(u"agent.zip"_s), withProgram(u"JabberClient/sgn-agent"_s)));
        QVERIFY(makeZip(path(u"watchdog.zip"_s), withProgram(u"WatchDog/sgn-watchdog"_s)));
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

    // Nothing of it is taken for what it isn't: on the card it would lie until the first login, or for ever.
    void refusesMistakenFiles_data()
    {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("words");
        const QByteArray pem = readWhole(m_ca.caFile());
        const auto row = [](const char *name, const QString &option, const QByteArray &content, const QString &words) {
            QTest::newRow(name) << option << content << words;
        };
        row("an authority with its private key", u"--cacert"_s, pem + "-----BEGIN PRIVATE KEY-----\n",
            u"private key"_s);
        row("another file as authority", u"--cacert"_s, "{}", u"no certificate"_s);
        row("an empty file as authority", u"--cacert"_s, "", u"no certificate"_s);
        row("another file as root's keys", u"--root-keys"_s, pem, u"JSON"_s);
        row("root's keys without any", u"--root-keys"_s, "{}", u"release_keys"_s);
        row("no ssh key in it", u"--ssh-key"_s, "# none\n", u"has no key"_s);
        row("ssh keys in UTF-16", u"--ssh-key"_s, QByteArray("\xff\xfes\0s\0h\0", 8), u"UTF-16"_s);
        row("a password in UTF-16", u"--password-file"_s, QByteArray("\xff\xfex\0\n\0", 6), u"UTF-16"_s);
        row("a password without text", u"--password-file"_s, QByteArray("a\0b\n", 4), u"no text"_s);
    }
    void refusesMistakenFiles()
    {
        QFETCH(const QString, option);
        QFETCH(const QByteArray, content);
        QFETCH(const QString, words);
        QVERIFY(test::writeFile(path(u"mistaken"_s), content));
        const Ran ran = run({u"card"_s, u"--image"_s, u"card.img"_s, u"--dry-run"_s, option, u"mistaken"_s});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(words) && ran.errors.contains(u"mistaken"_s), qPrintable(ran.errors));
    }

    // Editors of Windows put one before UTF-8.
    void takesTextsWithAByteOrderMark()
    {
        const QByteArray mark = "\xef\xbb\xbf";
        QVERIFY(test::writeFile(path(u"password"_s), mark + "Welcome123$\r\n"));
        QVERIFY(test::writeFile(path(u"keys"_s), mark + "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ desk\r\n"));
        const Ran ran = run(
            {u"card"_s, u"--image"_s, u"card.img"_s, u"--password-file"_s, u"password"_s, u"--ssh-key"_s, u"keys"_s});
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.errors));
        const auto files = card()->read({"/etc/shadow", "/home/pi/.ssh/authorized_keys"}, limit).value();
        QVERIFY(matchesPassword("Welcome123$", passwordHashIn(files.value("/etc/shadow"), "pi")));
        QCOMPARE(files.value("/home/pi/.ssh/authorized_keys"),
                 QByteArray("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ desk\n"));
    }

    void refusesReleasesThatCannotRunThere_data()
    {
        QTest::addColumn<QString>("option");
        QTest::addColumn<Files>("files");
        QTest::addColumn<QString>("words");
        QTest::newRow("an agent for the desk")
            << u"--agent"_s << withProgram(u"JabberClient/sgn-agent"_s, elfOfAmd64())
            << u"sgn-agent cannot run on the card: it was built for amd64, and the card's system is armhf"_s;
        QTest::newRow("an agent without its loader")
            << u"--agent"_s << withProgram(u"JabberClient/sgn-agent"_s, elfOfArmhf("/lib/ld-linux-armhf.so.3"))
            << u"loader /lib/ld-linux-armhf.so.3"_s;
        QTest::newRow("an agent that isn't there")
            << u"--agent"_s << releaseOf(u"JabberClient"_s) << u"agent.zip: it has no program sgn-agent"_s;
        QTest::newRow("a watchdog for a 64-bit system")
            << u"--watchdog"_s << withProgram(u"WatchDog/sgn-watchdog"_s, elfOfArm64()) << u"built for arm64"_s;
        QTest::newRow("a meter without a program")
            << u"--smart-meter"_s << Files{{u"SmartMeter/readme.txt"_s, "hello\n"}} << u"nothing in it is a program"_s;
    }
    void refusesReleasesThatCannotRunThere()
    {
        QFETCH(const QString, option);
        QFETCH(const Files, files);
        QFETCH(const QString, words);
        QVERIFY(QFile::remove(path(u"agent.zip"_s)));
        QVERIFY(makeZip(path(u"agent.zip"_s), files));
        const QByteArray before = readWhole(path(u"card.img"_s));
        const Ran ran = run({u"card"_s, u"--image"_s, u"card.img"_s, option, u"agent.zip"_s});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(words), qPrintable(ran.errors));
        QVERIFY(readWhole(path(u"card.img"_s)) == before);
    }

    // A bundle brings its own loader, and so a 64-bit system's kernel runs it.
    void takesAProgramWithItsOwnLoader()
    {
        const QByteArray own = home + "/JabberClient/lib/ld-linux.so.3";
        Files files = withProgram(u"JabberClient/sgn-agent"_s, elfOfArmel(own));
        files.insert(u"JabberClient/lib/ld-linux.so.3"_s, elfOfArmel());
        QVERIFY(QFile::remove(path(u"agent.zip"_s)));
        QVERIFY(makeZip(path(u"agent.zip"_s), files));
        const Ran ran = run({u"card"_s, u"--image"_s, u"card.img"_s, u"--agent"_s, u"agent.zip"_s});
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.errors));
    }

    // By another name the clock would show UTC. Cards of tests have no zones, others have.
    void knowsTheTimeZonesOfTheCard()
    {
        const QStringList arguments{u"card"_s, u"--image"_s, u"card.img"_s, u"--dry-run"_s, u"--timezone"_s};
        QCOMPARE(run(arguments + QStringList{u"Europe/Berln"_s}).exitCode, 0);
        const QString zones = path(u"root/usr/share/zoneinfo/Europe"_s);
        QVERIFY(QDir().mkpath(zones) && test::writeFile(zones + u"/Berlin"_s, "TZif"));
        QCOMPARE(makeCardImage(path(u"card.img"_s), path(u"root"_s)), QString());
        QCOMPARE(run(arguments + QStringList{u"Europe/Berlin"_s}).exitCode, 0);
        for (const QString &zone : {u"Europe/Berln"_s, u"europe/berlin"_s, u"Europe"_s}) {
            const Ran ran = run(arguments + QStringList{zone});
            QCOMPARE(ran.exitCode, 1);
            QVERIFY2(ran.errors.contains(u"the card knows no time zone "_s + zone), qPrintable(ran.errors));
        }
    }

    // A card may come from elsewhere; a terminal would carry out what is on it.
    void printsNothingThatATerminalObeys()
    {
        const QByteArray evil = "\x1b]0;evil\x07\xc2\x9b"
                                "2J\xe2\x80\xae";
        const QString osRelease = path(u"root/usr/lib/os-release"_s);
        QVERIFY(test::writeFile(osRelease, "ID=x\nPRETTY_NAME=\"" + evil + "\"\n"));
        QCOMPARE(makeCardImage(path(u"card.img"_s), path(u"root"_s)), QString());
        const Ran refused = run({u"check"_s, u"--image"_s, u"card.img"_s});
        QCOMPARE(refused.exitCode, 1);
        QVERIFY(QDir(path(u"root"_s)).removeRecursively() && layBuster(path(u"root"_s)));
        QVERIFY(::symlink(evil.constData(), QFile::encodeName(path(u"root/etc/localtime"_s)).constData()) == 0);
        QCOMPARE(makeCardImage(path(u"card.img"_s), path(u"root"_s)), QString());
        const QStringList order{u"--image"_s, u"card.img"_s, u"--timezone"_s, u"UTC"_s};
        const Ran checked = run(QStringList{u"check"_s} + order);
        const Ran json = run(QStringList{u"check"_s} + order + QStringList{u"--json"_s});
        const Ran dry = run(QStringList{u"card"_s, u"--dry-run"_s} + order);
        QVERIFY2(checked.output.contains(u"evil"_s) && dry.output.contains(u"evil"_s), qPrintable(dry.output));
        for (const Ran &ran : {refused, checked, json, dry}) {
            const QString text = ran.output + ran.errors;
            QVERIFY2(text.contains(u"evil"_s), qPrintable(text));
            for (const QChar c : {QChar(u'\x1b'), QChar(u'\x07'), QChar(0x9b), QChar(0x202e)}) {
                QVERIFY(!text.contains(c));
            }
        }
        QVERIFY(QJsonDocument::fromJson(json.output.toUtf8()).isObject());
    }

    // What is written is read again, and what can't be written is no success.
    void doesNotTakeAFolderForAFile()
    {
        const QString address = u"%1@@%2"_s.arg(path(u"card.img"_s)).arg(cardBoot.start);
        QVERIFY(runTool(u"mdel"_s, {u"-i"_s, address, u"::/config.txt"_s}, u"mtools"_s));
        QVERIFY(runTool(u"mmd"_s, {u"-i"_s, address, u"::/config.txt"_s}, u"mtools"_s));
        const Ran ran = run({u"card"_s, u"--image"_s, u"card.img"_s, u"--hardware-watchdog"_s});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(u"is a folder"_s) && !ran.output.contains(u"done"_s), qPrintable(ran.errors));
    }

    void warnsOfSecretsThatOthersRead()
    {
        const QStringList arguments{u"card"_s, u"--image"_s, u"card.img"_s, u"--config"_s, u"device.json"_s};
        const QString image = path(u"card.img"_s);
        QVERIFY(QFile::setPermissions(image, QFile::permissions(image) | QFileDevice::ReadOther));
        const Ran ran = run(arguments);
        QCOMPARE(ran.exitCode, 0);
        QVERIFY2(ran.errors.contains(u"chmod 600 card.img"_s), qPrintable(ran.errors));
        QCOMPARE(makeCardImage(image, path(u"root"_s)), QString());
        QVERIFY(QFile::setPermissions(image, QFileDevice::ReadOwner | QFileDevice::WriteOwner));
        QCOMPARE(run(arguments).errors, QString());
    }

    // The programs of a bundle name their loader by the seed's path, whoever the first user is.
    void leadsFromTheSeedsPathToTheDevice()
    {
        prepareCardOfAnn();
        const QByteArray loader = home + "/JabberClient/lib/ld.so";
        const QStringList arguments{u"card"_s, u"--image"_s, u"card.img"_s, u"--agent"_s, u"agent.zip"_s};
        const Ran ran = run(arguments);
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.errors));
        const auto nodes = card()->look({"/home/pi", home}).value();
        QCOMPARE(nodes.value("/home/pi"), (Node{Node::Type::Folder, 0755, 0, 0, 0}));
        QCOMPARE(nodes.value(home).target, QByteArray("/home/ann/technospurs"));
        QCOMPARE(card()->lookThrough({loader}).value().value(loader).uid, uid_t{1000});
        QCOMPARE(run(arguments).output, u"nothing to change\n"_s);
        const Ran check = run({u"check"_s, u"--image"_s, u"card.img"_s});
        QVERIFY2(!check.output.contains(u"loader"_s), qPrintable(check.output));
    }

    // Who could exchange the link would choose what ann runs.
    void leadsThroughNoHomeOfAnotherUser()
    {
        prepareCardOfAnn();
        QVERIFY(
            card()->apply({{.path = "/home/pi", .type = Node::Type::Folder, .mode = 0755, .uid = 1001, .gid = 1001}}));
        const Ran ran = run({u"card"_s, u"--image"_s, u"card.img"_s, u"--agent"_s, u"agent.zip"_s});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(u"/home/pi, where a link leads to this agent, belongs to another user"_s),
                 qPrintable(ran.errors));
        QVERIFY(card()->look({home}).value().isEmpty());
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
        for (const QString &option : {u"--hostname"_s, u"--cacert"_s, u"--timezone"_s, u"--agent"_s, u"--root-keys"_s,
                                      u"--password-file"_s, u"--config"_s}) {
            QTest::addRow("empty %s", qPrintable(option))
                << QStringList{u"card"_s, u"--image"_s, u"x"_s, option, QString()} << option + u" is given without"_s;
        }
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
