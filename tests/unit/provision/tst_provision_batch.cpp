// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Overlay.h"
#include "card/PasswordHash.h"
#include "card/Provisioning.h"
#include "card/SparseCopy.h"
#include "config/DeviceConfig.h"
#include "crypto/ConfigEnvelope.h"
#include "support/CardImage.h"
#include "support/ProvisionRun.h"
#include "support/SmallDisk.h"
#include "support/TestCa.h"

#include <algorithm>
#include <csignal>
#include <QDirIterator>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
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

// The program makes images of a fleet, as an ordinary user has it.
class ProvisionBatchTest : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path(const QString &name) const { return m_folder->filePath(name); }
    [[nodiscard]] static QStringList ordered(const QString &list, const QString &out, const QStringList &more = {})
    {
        return QStringList{u"batch"_s,           u"--image"_s,  u"base.img"_s, u"--list"_s,        list,
                           u"--out"_s,           out,           u"--config"_s, u"template.json"_s, u"--timezone"_s,
                           u"Etc/UTC"_s,         u"--cacert"_s, u"ca.pem"_s,   u"--agent"_s,       u"agent.zip"_s,
                           u"--password-file"_s, u"password"_s} +
               more;
    }
    [[nodiscard]] Ran run(const QStringList &arguments) const { return runProvision(m_folder->path(), arguments); }
    // A list of that many devices.
    [[nodiscard]] bool writeList(const QString &name, int count) const
    {
        QByteArray list = "jid,id,hostname,tags,place\n";
        for (int i = 1; i <= count; ++i) {
            const QByteArray number = QByteArray::number(i);
            list += "meter_" + number + "@x.net,id-" + number + ",meter-" + number + ",red,\"house " + number + "\"\n";
        }
        return test::writeFile(path(name), list);
    }
    [[nodiscard]] QJsonObject record(const QString &file) const
    {
        return QJsonDocument::fromJson(readWhole(path(file))).object();
    }
    // What is in both partitions of the base image with an overlay on it.
    [[nodiscard]] QString withOverlay(const QString &overlay) const
    {
        const QString image = path(u"%1.whole"_s.arg(QFileInfo(overlay).fileName()));
        const qint64 size = QFileInfo(path(u"base.img"_s)).size();
        if (!QFile::resize(path(u"holes"_s), size)) {
            return {};
        }
        const auto own = differingBlocks(path(overlay), path(u"holes"_s), {{0, size}});
        return own && copySparsely(path(u"base.img"_s), image) && copyExtents(path(overlay), image, *own) ? image
                                                                                                          : QString();
    }
    // By their paths, all regular files of an image's root with their contents.
    [[nodiscard]] Files filesOf(const QString &image) const
    {
        const QTemporaryDir folder;
        const auto dumped = runTool(
            u"debugfs"_s, {u"-R"_s, u"rdump / "_s + folder.path(), u"%1?offset=%2"_s.arg(image).arg(cardRoot.start)},
            u"e2fsprogs"_s);
        Files files;
        QDirIterator all(folder.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (dumped && all.hasNext()) {
            const QString file = all.next();
            files.insert(file.sliced(folder.path().size()), readWhole(file));
        }
        return files;
    }
    [[nodiscard]] static QStringList differences(const Files &one, const Files &other)
    {
        QStringList paths;
        for (const QString &file : one.keys() + other.keys()) {
            if (one.value(file) != other.value(file) || one.contains(file) != other.contains(file)) {
                paths += file;
            }
        }
        paths.removeDuplicates();
        paths.sort();
        return paths;
    }
    [[nodiscard]] QStringList leftovers(const QString &folder) const
    {
        return QDir(path(folder))
            .entryList({u".batch"_s, u"*.part"_s, u"*.sgn-*"_s},
                       QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    TestCa m_ca;

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_ca.isValid(), qPrintable(m_ca.errorString())); }

    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(layBuster(path(u"root"_s)));
        QCOMPARE(makeCardImage(path(u"base.img"_s), path(u"root"_s)), QString());
        QVERIFY(test::writeFile(path(u"template.json"_s), R"({"xmpp_client": {"cpanel_jid": "panel@x.net"}})"));
        QVERIFY(QFile::copy(m_ca.caFile(), path(u"ca.pem"_s)));
        QVERIFY(test::writeFile(path(u"password"_s), "Welcome123$\n"));
        QVERIFY(test::writeFile(path(u"holes"_s), {}));
        QVERIFY(makeZip(path(u"agent.zip"_s),
                        {{u"JabberClient/sgn-agent"_s, "#!/usr/bin/python3.7\n"}, {u"JabberClient/version"_s, "3\n"}}));
        QVERIFY(writeList(u"two.csv"_s, 2));
    }

    void makesImagesThatDifferInWhatTheyMust()
    {
        const QByteArray base = readWhole(path(u"base.img"_s));
        const Ran ran = run(ordered(u"two.csv"_s, u"out"_s, {u"--accounts"_s, u"accounts.csv"_s}));
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.errors));
        QVERIFY(ran.output.contains(u"/2 meter-1 ok\n"_s) && ran.output.contains(u"2/2 meter-"_s));
        QVERIFY(readWhole(path(u"base.img"_s)) == base);
        QCOMPARE(leftovers(u"out"_s), QStringList());

        const Files one = filesOf(path(u"out/meter-1.img"_s));
        const Files other = filesOf(path(u"out/meter-2.img"_s));
        const QString cfg = QString::fromUtf8(home) + u"/cfg/"_s;
        QCOMPARE(differences(one, other),
                 (QStringList{u"/etc/hostname"_s, u"/etc/hosts"_s, cfg + u"config_file.bin"_s, cfg + u"device.key"_s}));
        QVERIFY(matchesPassword("Welcome123$", passwordHashIn(one.value(u"/etc/shadow"_s), "pi")));
        const SecureBytes key(QByteArrayView(other.value(cfg + u"device.key"_s)));
        const auto config =
            parseDeviceConfig(decryptEnvelope(other.value(cfg + u"config_file.bin"_s), key).value().view()).value();
        QCOMPARE(config.clientJid, u"meter_2@x.net"_s);
        QCOMPARE(config.rpiUniqueId, u"id-2"_s);

        const QByteArray accounts = readWhole(path(u"accounts.csv"_s));
        QVERIFY(accounts.contains(config.clientPassword.toUtf8()));
        const QJsonObject born = record(u"out/meter-2.json"_s);
        QCOMPARE(born.value(u"jid"_s).toString(), u"meter_2@x.net"_s);
        QCOMPARE(born.value(u"tags"_s).toArray(), QJsonArray{u"red"_s});
        QCOMPARE(born.value(u"columns"_s).toObject(), (QJsonObject{{u"place"_s, u"house 2"_s}}));
        QCOMPARE(born.value(u"releases"_s)[u"JabberClient"_s][u"version"_s].toInt(), 3);
        QCOMPARE(born.value(u"base"_s)[u"sha256"_s].toString(), QString::fromLatin1(Sha256::hash(base).toHex()));
        QCOMPARE(record(u"out/fleet.json"_s).value(u"devices"_s).toArray().size(), 2);
        for (const QString &file : {u"out/meter-2.json"_s, u"out/fleet.json"_s}) {
            QVERIFY(!readWhole(path(file)).contains(config.clientPassword.toUtf8()));
        }
        QVERIFY(!(ran.output + ran.errors).contains(config.clientPassword));
        for (const QString &file : {u"accounts.csv"_s, u"out/meter-1.img"_s, u"out/.batch.key"_s}) {
            QCOMPARE(QFile::permissions(path(file)) & (QFileDevice::ReadGroup | QFileDevice::ReadOther),
                     QFileDevice::Permissions());
        }
        const Ran checked = run({u"check"_s, u"--image"_s, u"out/meter-1.img"_s, u"--hostname"_s, u"meter-1"_s,
                                 u"--timezone"_s, u"Etc/UTC"_s, u"--agent"_s, u"agent.zip"_s});
        QVERIFY2(checked.exitCode == 0, qPrintable(checked.output + checked.errors));
    }

    void overlaysAreTheWholeImage()
    {
        // The later ones keep the image's host name, so that their changes cover others' less.
        QVERIFY(test::writeFile(path(u"list.csv"_s), "jid,id,hostname\nm1@x.net,1,meter-1\nm2@x.net,2,meter-2\n"
                                                     "m3@x.net,3,\nm4@x.net,4,\nm5@x.net,5,meter-5\n"));
        const Ran ran = run(ordered(u"list.csv"_s, u"out"_s,
                                    {u"--accounts"_s, u"accounts.csv"_s, u"--overlays"_s, u"--hardware-watchdog"_s}));
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.output + ran.errors));
        Files first;
        for (int i = 1; i <= 5; ++i) {
            const QString name = (i == 3 || i == 4 ? u"out/m%1"_s : u"out/meter-%1"_s).arg(i);
            QVERIFY(checkOverlay(path(name + u".overlay"_s), readWhole(path(name + u".bmap"_s))));
            const QString image = withOverlay(name + u".overlay"_s);
            QVERIFY(!image.isEmpty());
            const auto sound = runTool(
                u"e2fsck"_s, {u"-f"_s, u"-n"_s, u"%1?offset=%2"_s.arg(image).arg(cardRoot.start)}, u"e2fsprogs"_s);
            QVERIFY(sound);
            QVERIFY2(sound->exitCode == 0, sound->output.constData());
            const Files files = filesOf(image);
            QCOMPARE(files.value(u"/etc/hostname"_s),
                     i == 3 || i == 4 ? "raspberrypi\n"_ba : "meter-" + QByteArray::number(i) + '\n');
            first = i == 1 ? files : first;
            // The scratch copies were rolled back after the devices before it.
            QCOMPARE(differences(first, files).size(), i == 1 ? 0 : 4);
            auto card = openCardImage(image, Access::Read);
            QVERIFY(card);
            QVERIFY((*card)->read({"/boot/config.txt"}, limit)->value("/boot/config.txt").contains("watchdog"));
        }
    }

    void continuesAfterAKill()
    {
        QVERIFY(writeList(u"list.csv"_s, 20));
        const QStringList order =
            ordered(u"list.csv"_s, u"out"_s, {u"--accounts"_s, u"accounts.csv"_s, u"--overlays"_s});
        QProcess program;
        startProvision(program, m_folder->path(), order);
        QByteArray output;
        while (output.isEmpty() && program.waitForReadyRead(60'000)) {
            output += program.readAllStandardOutput();
        }
        program.kill();
        QVERIFY(program.waitForFinished(60'000));
        const QByteArray accounts = readWhole(path(u"accounts.csv"_s));
        QMap<QString, QByteArray> finished;
        for (const QString &file : QDir(path(u"out"_s)).entryList({u"meter-*.json"_s})) {
            const QString overlay = u"out/"_s + QFileInfo(file).completeBaseName() + u".overlay"_s;
            finished.insert(overlay, readWhole(path(overlay)));
        }
        QVERIFY2(!finished.isEmpty() && finished.size() < 20, output.constData());

        const Ran again = run(order);
        QVERIFY2(again.exitCode == 0, qPrintable(again.output + again.errors));
        QCOMPARE(again.output.count(u" was there\n"_s), finished.size());
        QCOMPARE(again.output.count(u" ok\n"_s), 20 - finished.size());
        QVERIFY(readWhole(path(u"accounts.csv"_s)) == accounts);
        for (auto it = finished.cbegin(); it != finished.cend(); ++it) {
            QVERIFY(readWhole(path(it.key())) == it.value());
        }
        QCOMPARE(leftovers(u"out"_s), QStringList());
        QCOMPARE(record(u"out/fleet.json"_s).value(u"devices"_s).toArray().size(), 20);
    }

    void makesAgainWhatIsNoLongerRight_data()
    {
        QTest::addColumn<QStringList>("more");
        QTest::newRow("whole images") << QStringList{};
        QTest::newRow("overlays") << QStringList{u"--overlays"_s};
    }
    void makesAgainWhatIsNoLongerRight()
    {
        QFETCH(const QStringList, more);
        const QStringList order = ordered(u"two.csv"_s, u"out"_s, more + QStringList{u"--accounts"_s, u"a.csv"_s});
        Ran ran = run(order);
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.output + ran.errors));
        ran = run(order);
        QVERIFY2(ran.output.count(u" was there\n"_s) == 2, qPrintable(ran.output + ran.errors));

        // One is damaged.
        QFile file(path(more.isEmpty() ? u"out/meter-1.img"_s : u"out/meter-1.overlay"_s));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.resize(file.size() - 4096));
        file.close();
        ran = run(order);
        QVERIFY2(ran.output.contains(u"meter-1 ok\n"_s) && ran.output.contains(u"meter-2 was there\n"_s),
                 qPrintable(ran.output));

        // New tags are only noted, another host name and another release are made.
        QVERIFY(test::writeFile(path(u"two.csv"_s), readWhole(path(u"two.csv"_s)).replace("red", "blue")));
        QCOMPARE(run(order).output.count(u" was there\n"_s), 2);
        QCOMPARE(record(u"out/meter-1.json"_s).value(u"tags"_s).toArray(), QJsonArray{u"blue"_s});
        QVERIFY(makeZip(path(u"agent.zip"_s),
                        {{u"JabberClient/sgn-agent"_s, "#!/usr/bin/python3.7\n"}, {u"JabberClient/version"_s, "4\n"}}));
        QCOMPARE(run(order).output.count(u" ok\n"_s), 2);
        QCOMPARE(record(u"out/meter-1.json"_s).value(u"releases"_s)[u"JabberClient"_s][u"version"_s].toInt(), 4);
    }

    void namesBadLinesAndMakesTheOthers()
    {
        QVERIFY(test::writeFile(path(u"list.csv"_s), "\xef\xbb\xbfjid;password;id;hostname\r\n"
                                                     "m1@x.net;secret-1;1;meter-1\r\n"
                                                     "m1@x.net;secret-2;2;meter-2\r\n"
                                                     "no-account;secret-3;3;meter-3\r\n"
                                                     "m4@x.net;secret-4;4;meter-4\r\n"));
        const Ran dry =
            run({u"batch"_s, u"--list"_s, u"list.csv"_s, u"--config"_s, u"template.json"_s, u"--dry-run"_s});
        QCOMPARE(dry.exitCode, 1);
        const Ran ran = run(ordered(u"list.csv"_s, u"out"_s));
        QCOMPARE(ran.exitCode, 1);
        for (const QString &errors : {dry.errors, ran.errors}) {
            QVERIFY2(errors.contains(u"list.csv: line 3: has the JID of line 2\n"_s), qPrintable(errors));
            QVERIFY2(errors.contains(u"list.csv: line 4: isn't right: "_s), qPrintable(errors));
            QVERIFY(!errors.contains(u"secret"_s));
        }
        QVERIFY(QFile::exists(path(u"out/meter-1.img"_s)) && QFile::exists(path(u"out/meter-4.img"_s)));
        QVERIFY(!QFile::exists(path(u"out/meter-2.img"_s)));
        QCOMPARE(record(u"out/fleet.json"_s).value(u"devices"_s).toArray().size(), 2);
    }

    // The base image and the template may lie where the results go, under the name of a device.
    void replacesNothingThatItReads_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("option");
        QTest::newRow("the image") << u"base.img"_s << u"meter-1.img"_s << u"--image"_s;
        QTest::newRow("the template") << u"template.json"_s << u"meter-2.json"_s << u"--config"_s;
        QTest::newRow("the list") << u"two.csv"_s << u"fleet.json"_s << u"--list"_s;
        QTest::newRow("a release") << u"agent.zip"_s << u"meter-1.overlay"_s << u"--agent"_s;
    }
    void replacesNothingThatItReads()
    {
        QFETCH(const QString, from);
        QFETCH(const QString, to);
        QFETCH(const QString, option);
        QVERIFY(QDir().mkpath(path(u"out"_s)));
        QVERIFY(QFile::rename(path(from), path(u"out/"_s + to)));
        QVERIFY(QFile::link(path(u"out"_s), path(u"link"_s)));
        const QByteArray before = readWhole(path(u"out/"_s + to));
        for (const QString &folder : {u"out/"_s, u"link/"_s}) {
            QStringList order = ordered(u"two.csv"_s, u"out"_s, {u"--accounts"_s, u"accounts.csv"_s});
            order[order.indexOf(option) + 1] = folder + to;
            const Ran ran = run(order);
            QCOMPARE(ran.exitCode, 1);
            QVERIFY2(ran.errors.contains(u"would be replaced"_s) && ran.errors.contains(folder + to),
                     qPrintable(ran.errors));
            QVERIFY(readWhole(path(u"out/"_s + to)) == before);
            QVERIFY(!QFile::exists(path(u"accounts.csv"_s)));
        }
    }

    void takesNoInputAsTableOfAccounts()
    {
        const QByteArray before = readWhole(path(u"two.csv"_s));
        const Ran ran = run(ordered(u"two.csv"_s, u"out"_s, {u"--accounts"_s, u"./two.csv"_s}));
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(u"table of accounts"_s), qPrintable(ran.errors));
        QCOMPARE(readWhole(path(u"two.csv"_s)), before);
    }

    // Found before the first card, and not after hours with the disk full.
    void findsOutThatTheDiskIsTooSmall()
    {
        const SmallDisk disk(60'000);
        if (!disk.isMounted()) {
            QSKIP("only root may mount a disk");
        }
        QVERIFY(writeList(u"many.csv"_s, 1000));
        const QString out = disk.path() + u"/out"_s;
        const Ran ran = run(ordered(u"many.csv"_s, out, {u"--accounts"_s, u"accounts.csv"_s}));
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(u"MB are needed for 1000 cards"_s), qPrintable(ran.errors));
        QCOMPARE(QDir(out).entryList({u"*.img"_s}, QDir::Files | QDir::Hidden), QStringList());
        QVERIFY(!QFile::exists(out + u"/.batch"_s));
    }

    void warnsOfSudo()
    {
        if (::geteuid() != 0) {
            QSKIP("only root is root");
        }
        const QStringList dry{u"batch"_s, u"--list"_s, u"two.csv"_s, u"--config"_s, u"template.json"_s, u"--dry-run"_s};
        QVERIFY(qputenv("SUDO_USER", "pi"));
        QVERIFY(run(dry).errors.contains(u"run without sudo"_s));
        QVERIFY(qunsetenv("SUDO_USER"));
        QCOMPARE(run(dry).errors, QString());
    }

    void countsWhatWasNotMade()
    {
        QVERIFY(QDir().mkpath(path(u"out/meter-1.img/x"_s)));
        const Ran ran = run(ordered(u"two.csv"_s, u"out"_s, {u"--accounts"_s, u"accounts.csv"_s}));
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(u"1 of 2 cards were not made"_s), qPrintable(ran.errors));
        QVERIFY2(ran.output.contains(u"meter-1 failed: "_s) && ran.output.contains(u"meter-2 ok"_s),
                 qPrintable(ran.output));
    }

    void refusesWhatCannotWork()
    {
        const Ran without = run(ordered(u"two.csv"_s, u"out"_s));
        QCOMPARE(without.exitCode, 1);
        QVERIFY2(without.errors.contains(u"line 2 of the list has no password"_s), qPrintable(without.errors));

        QVERIFY(test::writeFile(path(u"base.img"_s), "no image"));
        const Ran noImage = run(ordered(u"two.csv"_s, u"out"_s, {u"--accounts"_s, u"a.csv"_s}));
        QCOMPARE(noImage.exitCode, 1);
        QVERIFY2(noImage.errors.contains(u"base.img"_s), qPrintable(noImage.errors));
        QCOMPARE(leftovers(u"out"_s), QStringList());
        QCOMPARE(run({u"batch"_s}).exitCode, 2);
    }
};

QTEST_GUILESS_MAIN(ProvisionBatchTest)
#include "tst_provision_batch.moc"
