// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Descriptor.h"
#include "watchdog/MountedSticks.h"
#include "watchdog/UsbSticks.h"

#include <condition_variable>
#include <fcntl.h>
#include <mutex>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/mount.h>
#include <thread>

using namespace sgn::watchdog;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestUsbSticks : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_sys;

    // As sysfs has it: a folder for each device, and a link to it in class/block.
    void add(const QString &name, const QString &device, bool isPartition)
    {
        const QString folder = m_sys->filePath(u"devices/"_s + device);
        QVERIFY(QDir().mkpath(folder));
        QVERIFY(QDir().mkpath(m_sys->filePath(u"class/block"_s)));
        QVERIFY(QFile::link(folder, m_sys->filePath(u"class/block/"_s + name)));
        if (isPartition) {
            QFile number(folder + u"/partition"_s);
            QVERIFY(number.open(QIODevice::WriteOnly));
        }
    }
    [[nodiscard]] QStringList volumes() const { return usbVolumes(m_sys->filePath(u"class/block"_s)); }

private Q_SLOTS:
    void init() { m_sys = std::make_unique<QTemporaryDir>(); }

    void findsTheVolumesOfUsbDisks()
    {
        const QString port = u"pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host0/target0:0:0/0:0:0:0/block/"_s;
        QCOMPARE(volumes(), QStringList()); // no sysfs at all
        add(u"mmcblk0"_s, u"platform/emmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0"_s, false);
        add(u"mmcblk0p1"_s, u"platform/emmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0/mmcblk0p1"_s, true);
        add(u"loop0"_s, u"virtual/block/loop0"_s, false);
        QCOMPARE(volumes(), QStringList());
        add(u"sdb"_s, port + u"sdb"_s, false); // formatted without partitions
        QCOMPARE(volumes(), QStringList{u"sdb"_s});
        add(u"sda"_s, port + u"sda"_s, false);
        add(u"sda1"_s, port + u"sda/sda1"_s, true);
        add(u"sda2"_s, port + u"sda/sda2"_s, true);
        QCOMPARE(volumes(), (QStringList{u"sda1"_s, u"sda2"_s, u"sdb"_s}));
    }

    void findsNotWithoutNumber()
    {
        for (int i = 0; i < 40; ++i) {
            add(u"sda%1"_s.arg(i), u"usb1/block/sda/sda%1"_s.arg(i), true);
        }
        QCOMPARE(volumes().size(), maxVolumes);
    }

    void recognisesAnEventOfADisk_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<bool>("isBlock");
        const auto row = [](const char *name, QByteArray text, bool isBlock) {
            QTest::newRow(name) << text.replace('|', '\0') << isBlock;
        };
        row("a disk", "add@/devices/usb1/sda|ACTION=add|DEVPATH=/devices/usb1/sda|SUBSYSTEM=block|DEVNAME=sda|", true);
        row("a network card", "add@/devices/usb1/eth0|ACTION=add|SUBSYSTEM=net|", false);
        row("another word", "add@/x|SUBSYSTEM=blocked|", false);
        row("only in a value", "add@/x|NAME=SUBSYSTEM=block|", false);
        row("cut", "add@/x|SUBSYSTEM=bl", false);
        row("empty", "", false);
    }
    void recognisesAnEventOfADisk()
    {
        QFETCH(QByteArray, message);
        QFETCH(bool, isBlock);
        QCOMPARE(isBlockEvent(message), isBlock);
    }

    void findsMounts_data()
    {
        QTest::addColumn<QByteArray>("info");
        QTest::addColumn<QByteArrayList>("names");
        const QByteArray rest = " rw,relatime shared:1 - vfat /dev/sda1 rw\n";
        QTest::newRow("a stick") << "36 35 8:1 / /media/usb0" + rest << QByteArrayList{"usb0"};
        QTest::newRow("two, one of them twice")
            << "36 35 8:1 / /media/a" + rest + "37 35 8:2 / /media/b" + rest + "38 35 8:2 / /media/b" + rest
            << QByteArrayList{"a", "b"};
        QTest::newRow("a name with a space") << "36 35 8:1 / /media/MY\\040STICK" + rest << QByteArrayList{"MY STICK"};
        QTest::newRow("a name with a backslash") << "36 35 8:1 / /media/a\\134040" + rest << QByteArrayList{"a\\040"};
        QTest::newRow("the folder itself") << "36 35 8:1 / /media" + rest << QByteArrayList();
        QTest::newRow("deeper") << "36 35 8:1 / /media/pi/usb0" + rest << QByteArrayList();
        QTest::newRow("elsewhere") << "36 35 8:1 / /mediaa/usb0" + rest << QByteArrayList();
        QTest::newRow("cut") << "36 35 8:1 /"_ba << QByteArrayList();
        QTest::newRow("empty") << ""_ba << QByteArrayList();
    }
    void findsMounts()
    {
        QFETCH(QByteArray, info);
        QFETCH(QByteArrayList, names);
        QCOMPARE(mountedIn("/media", info), names);
        QCOMPARE(mountedIn("/media/", info), names);
    }

    // As one that is broken, or made for it: each access to it would wait.
    void doesNotWaitForAStick()
    {
        const QTemporaryDir media;
        QVERIFY(QDir().mkpath(media.filePath(u"usb0"_s)) && QDir().mkpath(media.filePath(u"usb1/sgn"_s)));
        const QByteArray place = QFile::encodeName(media.filePath(u"usb0"_s));
        sgn::Descriptor fuse(::open("/dev/fuse", O_RDWR | O_CLOEXEC));
        const QByteArray options =
            "rootmode=40000,user_id=0,group_id=0,allow_other,fd=" + QByteArray::number(fuse.get());
        if (!fuse.isValid() || ::mount("silent", place.constData(), "fuse", MS_NOSUID, options.constData()) != 0) {
            QSKIP("only root may mount a file system, and the kernel has to have FUSE");
        }
        // Frees whoever waits.
        std::jthread limit([&fuse](const std::stop_token &stop) {
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any().wait_for(lock, stop, 3s, [] { return false; });
            fuse = sgn::Descriptor();
        });
        QElapsedTimer timer;
        timer.start();
        MountedSticks sticks(media.path(), 1h);
        QStringList found = sticks.begin();
        const qint64 took = timer.elapsed();
        limit.request_stop();
        limit.join();
        ::umount2(place.constData(), MNT_DETACH);
        found.sort();
        QCOMPARE(found, (QStringList{media.filePath(u"usb0"_s), media.filePath(u"usb1"_s)}));
        QVERIFY2(took < 2000, qPrintable(QString::number(took)));
    }

    void noticesWhatIsMounted()
    {
        const QTemporaryDir media;
        const auto make = [&media](const QString &path) {
            return QDir().mkpath(media.filePath(path));
        };
        QVERIFY(make(u"there/sgn"_s) && make(u"photos"_s));
        QVERIFY(QFile::link(media.filePath(u"there"_s), media.filePath(u"link"_s)));
        MountedSticks sticks(media.path(), 5ms);
        const QSignalSpy arrived(&sticks, &StickSource::arrived);
        const QSignalSpy removed(&sticks, &StickSource::removed);
        QCOMPARE(sticks.begin(), QStringList{media.filePath(u"there"_s)});
        QVERIFY(make(u"new/sgn"_s));
        QTRY_COMPARE(arrived.size(), 1);
        QCOMPARE(arrived.constFirst().constFirst().toString(), media.filePath(u"new"_s));
        QVERIFY(QDir(media.filePath(u"there"_s)).removeRecursively());
        QTRY_COMPARE(removed.size(), 1);
        QCOMPARE(removed.constFirst().constFirst().toString(), media.filePath(u"there"_s));
        QCOMPARE(arrived.size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestUsbSticks)
#include "tst_usb_sticks.moc"
