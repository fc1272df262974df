// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/ExtVolume.h"
#include "card/Inspection.h"
#include "support/CardImage.h"
#include "support/DeviceConfigs.h"
#include "support/ElfFiles.h"
#include "support/ProvisionRun.h"
#include "support/TestCa.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;
using namespace sgn::test;

namespace {

const QByteArray home = "/home/pi/technospurs"_ba;
const QByteArray loader = "/lib/ld-linux-armhf.so.3"_ba;

Wish owned(const QByteArray &path, const QByteArray &content, mode_t mode, uid_t owner = 1000)
{
    return {.path = path, .content = content, .mode = mode, .uid = owner, .gid = owner};
}

Wish gone(const QByteArray &path)
{
    return {.path = path, .type = Node::Type::None};
}

Wish folderOf(const QByteArray &path, mode_t mode, uid_t owner)
{
    return {.path = path, .type = Node::Type::Folder, .mode = mode, .uid = owner, .gid = owner};
}

} // namespace

// The program on an image that it has prepared itself, spoiled in one thing.
class ProvisionCheckTest : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path(const QString &name) const { return m_folder.filePath(name); }
    [[nodiscard]] Ran run(const QStringList &arguments, const QByteArray &input = "Welcome123$\n") const
    {
        return runProvision(m_folder.path(), arguments, input);
    }
    [[nodiscard]] static QStringList order(const QString &command, const QString &image)
    {
        return {command,         u"--image"_s,       image,
                u"--config"_s,   u"device.json"_s,   u"--cacert"_s,
                u"ca.pem"_s,     u"--ssh"_s,         u"--password-stdin"_s,
                u"--timezone"_s, u"Europe/Berlin"_s, u"--smart-meter"_s,
                u"meter.zip"_s,  u"--agent"_s,       u"agent.zip"_s,
                u"--watchdog"_s, u"watchdog.zip"_s};
    }
    // A fresh copy of the prepared card, with something else on it.
    void spoil(const QList<Wish> &wishes) const
    {
        QFile::remove(path(u"card.img"_s));
        QVERIFY(QFile::copy(path(u"good.img"_s), path(u"card.img"_s)));
        const auto volume = ExtVolume::open(path(u"card.img"_s), cardRoot);
        QVERIFY(volume);
        const auto done = (*volume)->apply(wishes);
        QVERIFY2(done, done ? "" : qPrintable(done.error().message));
    }

    QTemporaryDir m_folder;
    TestCa m_ca;

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(m_ca.isValid(), qPrintable(m_ca.errorString()));
        QVERIFY(layBuster(path(u"root"_s)));
        QVERIFY(test::writeFile(path(u"root"_s) + QString::fromUtf8(loader), "loader"));
        QCOMPARE(makeCardImage(path(u"blank.img"_s), path(u"root"_s)), QString());
        QVERIFY(QFile::copy(path(u"blank.img"_s), path(u"good.img"_s)));
        QVERIFY(test::writeFile(path(u"device.json"_s), configText(u"meter"_s, u"b8:27:eb:00:00:01"_s)));
        QVERIFY(QFile::copy(m_ca.caFile(), path(u"ca.pem"_s)));
        const QByteArray program = elfOfArmhf(loader);
        QVERIFY(makeZip(path(u"meter.zip"_s), {{u"SmartMeter/ocr.py"_s, "#!/usr/bin/python3.7\n"}}));
        QVERIFY(makeZip(path(u"agent.zip"_s),
                        {{u"JabberClient/sgn-agent"_s, program}, {u"JabberClient/version"_s, "3\n"}}));
        QVERIFY(
            makeZip(path(u"watchdog.zip"_s), {{u"WatchDog/sgn-watchdog"_s, program}, {u"WatchDog/version"_s, "3\n"}}));
        const Ran ran = run(order(u"card"_s, u"good.img"_s));
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.errors));
    }

    void findsNothingOnAGoodCard()
    {
        const QByteArray before = readWhole(path(u"good.img"_s));
        const Ran ordered = run(order(u"check"_s, u"good.img"_s));
        QVERIFY2(ordered.exitCode == 0, qPrintable(ordered.output + ordered.errors));
        QCOMPARE(ordered.output.count(u" ok\n"_s), ordered.output.count(u'\n'));
        QVERIFY(ordered.output.contains(u"13 config_file.bin   ok\n"_s));
        const Ran plain = run({u"check"_s, u"--image"_s, u"good.img"_s});
        QVERIFY2(plain.exitCode == 0, qPrintable(plain.output + plain.errors));
        QCOMPARE(plain.output.count(u" ok\n"_s), 11);
        QVERIFY(readWhole(path(u"good.img"_s)) == before);
    }

    void namesWhatABlankCardLacks()
    {
        const Ran ran = run({u"check"_s, u"--image"_s, u"blank.img"_s, u"--json"_s});
        QCOMPARE(ran.exitCode, 1);
        const QJsonObject result = QJsonDocument::fromJson(ran.output.toUtf8()).object();
        QCOMPARE(result[u"ok"_s].toBool(true), false);
        int wrong = 0;
        for (const QJsonValue &finding : result[u"findings"_s].toArray()) {
            const bool isGood = finding[u"ok"_s].toBool();
            wrong += isGood ? 0 : 1;
            QVERIFY(isGood || finding[u"cure"_s].toString().startsWith(u"sgn-provision card"_s));
            QVERIFY(isGood || !finding[u"problem"_s].toString().isEmpty());
        }
        QCOMPARE(wrong, 9); // all but the password of its user, and root's keys, which a fleet may do without
        const Ran ordered = run(order(u"check"_s, u"blank.img"_s));
        QCOMPARE(ordered.exitCode, 1);
        QVERIFY2(ordered.output.contains(u"config_file.bin is missing\n"_s), qPrintable(ordered.output));
        QVERIFY(ordered.output.contains(u"cure: run 'sgn-provision card' with the same options"_s));
    }

    void judgesEachThing_data()
    {
        QTest::addColumn<QList<Wish>>("spoiled");
        QTest::addColumn<QString>("words");
        const QByteArray shadow = "root:*:1:0:99999:7:::\n";
        const QByteArray scripts = home + "/SmartMeter/";
        const auto row = [](const char *name, const QList<Wish> &spoiled, const QString &words) {
            QTest::newRow(name) << spoiled << words;
        };
        row("locked", {owned("/etc/shadow", shadow + "pi:!:1:0:99999:7:::\n", 0640, 0)},
            u"user pi has neither a password nor a key"_s);
        row("no shell", {owned("/etc/passwd", "pi:x:1000:1000::/home/pi:/usr/sbin/nologin\n", 0644, 0)},
            u"user pi has no login shell"_s);
        row("no zone", {gone("/etc/localtime")}, u"03 time zone         none is set"_s);
        row("root's folder", {folderOf(home + "/logs", 0755, 0)}, u"/logs belongs to user 0 instead of 1000"_s);
        row("a folder for everyone", {folderOf(home + "/cfg", 0777, 1000)}, u"/cfg may be written by others"_s);
        row("no certificate", {owned(home + "/certs/cacert.pem", "PEM\n", 0644)}, u"07 certificate"_s);
        row("a script from Windows", {owned(scripts + "ocr.py", "#!/usr/bin/python3.7\r\n", 0755)}, u"CRLF"_s);
        row("another Python", {owned(scripts + "ocr.py", "#!/usr/bin/python3.5\n", 0755)},
            u"/usr/bin/python3.5 is not on this device"_s);
        row("not executable", {owned(scripts + "ocr.py", "#!/usr/bin/python3.7\n", 0644)}, u"is executable"_s);
        row("an agent for a desk", {owned(home + "/JabberClient/sgn-agent", elfOfAmd64("/lib64/ld.so"), 0755)},
            u"it was built for amd64, and the card's system is armhf"_s);
        row("an agent without its loader",
            {owned(home + "/JabberClient/sgn-agent", elfOfArmel("/lib/ld-linux.so.3"), 0755)},
            u"its loader /lib/ld-linux.so.3 is not on the card"_s);
        row("the owner's watchdog", {owned("/home/root/WatchDog/sgn-watchdog", elfOfArmhf(), 0755)},
            u"sgn-watchdog belongs to user 1000 instead of 0"_s);
        row("the owner's folder of it", {folderOf("/home/root", 0755, 1000)}, u"/home/root belongs to user 1000"_s);
        row("keys for everyone", {owned("/home/root/WatchDog.keys", "{}", 0666, 0)},
            u"WatchDog.keys may be written by others"_s);
        row("not enabled", {gone("/etc/systemd/system/multi-user.target.wants/sgn-watchdog.service")},
            u"neither systemd nor root's crontab"_s);
        row("no unit", {gone("/etc/systemd/system/sgn-watchdog.service")}, u"sgn-watchdog.service is missing"_s);
        row("started twice",
            {owned("/var/spool/cron/crontabs/root", "@reboot /home/root/WatchDog/sgn-watchdog --root /x\n", 0600, 0)},
            u"both systemd and root's crontab"_s);
        row("another key", {owned(home + "/cfg/device.key", QByteArray(32, 'k'), 0600)},
            u"config_file.bin cannot be used"_s);
        row("a configuration for everyone", {owned(home + "/cfg/device.key", QByteArray(32, 'k'), 0644)},
            u"device.key may be read by others"_s);
        row("no ssh", {gone("/etc/systemd/system/multi-user.target.wants/ssh.service")},
            u"its server doesn't start at boot"_s);
    }

    void judgesEachThing()
    {
        QFETCH(const QList<Wish>, spoiled);
        QFETCH(const QString, words);
        spoil(spoiled);
        const QByteArray before = readWhole(path(u"card.img"_s));
        const Ran ran = run({u"check"_s, u"--image"_s, u"card.img"_s});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.output.contains(words), qPrintable(ran.output + ran.errors));
        QCOMPARE(ran.output.count(u"cure: sgn-provision card"_s), 1);
        QVERIFY(readWhole(path(u"card.img"_s)) == before);
    }

    void comparesOwnersAndModes()
    {
        spoil({folderOf(home + "/logs", 0700, 1000), folderOf(home + "/wdog", 0755, 0)});
        const Ran ran = run(order(u"check"_s, u"card.img"_s));
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.output.contains(u"/logs has mode 0700 instead of 0755"_s), qPrintable(ran.output));
        QVERIFY2(ran.output.contains(u"/wdog belongs to 0:0 instead of 1000:1000"_s), qPrintable(ran.output));
        QCOMPARE(run(order(u"card"_s, u"card.img"_s)).exitCode, 0);
        QCOMPARE(run(order(u"check"_s, u"card.img"_s)).exitCode, 0);
    }

    // What was interrupted is left for 'card' to undo.
    void changesNothing()
    {
        spoil({});
        QVERIFY(test::writeFile(path(u"card.img.sgn-undo"_s), "x"));
        const Ran ran = run({u"check"_s, u"--image"_s, u"card.img"_s});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(u"was interrupted"_s), qPrintable(ran.errors));
        QCOMPARE(readWhole(path(u"card.img.sgn-undo"_s)), QByteArray("x"));
        QVERIFY(QFile::remove(path(u"card.img.sgn-undo"_s)));
    }

    void judgesAMountedCard()
    {
        const Ran ran = run({u"check"_s, u"--root"_s, path(u"root"_s)});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.output.contains(u"sgn-agent is missing"_s), qPrintable(ran.output + ran.errors));
        QCOMPARE(run({u"check"_s}).exitCode, 2);
        QCOMPARE(run({u"check"_s, u"--root"_s, m_folder.path()}).exitCode, 1);
    }
};

QTEST_GUILESS_MAIN(ProvisionCheckTest)
#include "tst_provision_check.moc"
