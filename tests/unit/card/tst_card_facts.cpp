// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/CardFacts.h"
#include "card/MountedVolume.h"
#include "support/ReleaseKit.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;

namespace {

const QByteArray passwd = "root:x:0:0:root:/root:/bin/bash\n"
                          "pi:x:1000:1000:,,,:/home/pi:/bin/bash\n"_ba;

QByteArray osRelease(const QByteArray &id, const QByteArray &version, const QByteArray &codename)
{
    return "PRETTY_NAME=\"Raspbian GNU/Linux " + version + "\"\nID=" + id + "\nVERSION_ID=\"" + version +
           "\"\nVERSION_CODENAME=" + codename + "\nNOTID=x\n";
}

} // namespace

class CardFactsTest : public QObject
{
    Q_OBJECT

private:
    void put(const QByteArray &path, const QByteArray &content) const
    {
        const QString file = m_folder->path() + QString::fromUtf8(path);
        QVERIFY(QDir().mkpath(QFileInfo(file).path()));
        QVERIFY(test::writeFile(file, content));
    }
    void link(const QByteArray &path, const QByteArray &target) const
    {
        const QString file = m_folder->path() + QString::fromUtf8(path);
        QVERIFY(QDir().mkpath(QFileInfo(file).path()));
        QVERIFY(::symlink(target.constData(), QFile::encodeName(file).constData()) == 0);
    }
    [[nodiscard]] Result<CardFacts> facts() const
    {
        const auto volume = MountedVolume::open(m_folder->path(), MountedVolume::Owners::Count);
        return volume ? readCardFacts(**volume) : fail(volume.error());
    }
    // What every card has.
    void lay(const QByteArray &os) const
    {
        put("/usr/lib/os-release", os);
        link("/etc/os-release", "../usr/lib/os-release");
        put("/etc/passwd", passwd);
        put("/etc/hostname", "raspberrypi\n");
        put("/var/lib/dpkg/arch", "armhf\narm64\n");
        put("/etc/rpi-issue", "Raspberry Pi reference\n");
        QVERIFY(QDir(m_folder->path()).mkpath(u"usr/bin"_s));
        link("/bin", "usr/bin");
    }

    std::unique_ptr<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void readsBuster()
    {
        lay(osRelease("raspbian", "10", "buster"));
        link("/usr/bin/python3", "python3.7");
        link("/etc/localtime", "/usr/share/zoneinfo/Europe/London");
        const auto found = facts();
        QVERIFY2(found, found ? "" : qPrintable(found.error().message));
        QCOMPARE(found->release, 10);
        QCOMPARE(found->codename, u"buster"_s);
        QCOMPARE(found->architecture, u"armhf"_s);
        QCOMPARE(found->python, QByteArray("3.7"));
        QCOMPARE(found->user, (CardUser{"pi", 1000, 1000, "/home/pi", "/bin/bash"}));
        QCOMPARE(found->hostName, QByteArray("raspberrypi"));
        QCOMPARE(found->timeZone, QByteArray("Europe/London"));
        QCOMPARE(found->network, NetworkBy::WpaSupplicant);
        QCOMPARE(found->bootFolder, QByteArray("/boot"));
        QVERIFY(!found->hasYescrypt());
    }

    void readsBookworm()
    {
        lay(osRelease("debian", "12", "bookworm"));
        put("/var/lib/dpkg/arch", "arm64\n");
        put("/usr/sbin/NetworkManager", "");
        put("/boot/firmware/config.txt", "");
        const auto found = facts();
        QVERIFY2(found, found ? "" : qPrintable(found.error().message));
        QCOMPARE(found->architecture, u"arm64"_s);
        QCOMPARE(found->network, NetworkBy::NetworkManager);
        QCOMPARE(found->bootFolder, QByteArray("/boot/firmware"));
        QVERIFY(found->python.isEmpty() && found->timeZone.isEmpty());
        QVERIFY(found->hasYescrypt());
        put("/usr/bin/cloud-init", "");
        QCOMPARE(facts().value().network, NetworkBy::CloudInit);
    }

    void refusesOthers_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("words");
        QTest::newRow("another system") << QByteArray("/etc/os-release") << osRelease("ubuntu", "24", "x")
                                        << u"Raspbian GNU/Linux 24"_s;
        QTest::newRow("too old") << QByteArray("/etc/os-release") << osRelease("raspbian", "9", "stretch")
                                 << u"older than Buster"_s;
        QTest::newRow("no version") << QByteArray("/etc/os-release") << QByteArray("ID=raspbian\n") << u"VERSION_ID"_s;
        QTest::newRow("a user who ends a rule")
            << QByteArray("/etc/passwd") << QByteArray("pi }:x:1000:1000::/home/pi:/bin/sh\n") << u"units"_s;
        QTest::newRow("a home with blanks")
            << QByteArray("/etc/passwd") << QByteArray("pi:x:1000:1000::/home/my pi:/bin/sh\n") << u"units"_s;
        QTest::newRow("nothing") << QByteArray("/etc/os-release") << QByteArray() << u"no Debian system"_s;
        QTest::newRow("no user") << QByteArray("/etc/passwd") << QByteArray("root:x:0:0::/root:/bin/sh\n")
                                 << u"no user number 1000"_s;
        QTest::newRow("a user outside") << QByteArray("/etc/passwd") << QByteArray("pi:x:1000:1000::/../etc:/bin/sh\n")
                                        << u"no user number 1000"_s;
        QTest::newRow("a damaged line") << QByteArray("/etc/passwd") << QByteArray("pi:x:1000:\n")
                                        << u"no user number 1000"_s;
    }

    void refusesOthers()
    {
        QFETCH(const QByteArray, path);
        QFETCH(const QByteArray, content);
        QFETCH(const QString, words);
        lay(osRelease("raspbian", "10", "buster"));
        QFile::remove(m_folder->path() + QString::fromUtf8(path));
        put(path, content);
        const auto found = facts();
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::Refused);
        QVERIFY2(found.error().message.contains(words), qPrintable(found.error().message));
    }

    void refusesAnEmptyFolder() { QCOMPARE(facts().error().code, ErrorCode::Refused); }
};

QTEST_GUILESS_MAIN(CardFactsTest)
#include "tst_card_facts.moc"
