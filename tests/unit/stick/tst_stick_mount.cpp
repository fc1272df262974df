// SPDX-License-Identifier: GPL-3.0-or-later
#include "stick/StickMount.h"
#include "stick/StickService.h"
#include "support/StickKit.h"

#include <algorithm>
#include <QFile>
#include <QProcess>
#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::stick;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

// An image as a block device. Empty where loop devices aren't allowed.
class LoopDevice
{
public:
    explicit LoopDevice(const QString &image)
    {
        QProcess losetup;
        losetup.start(u"/sbin/losetup"_s, {u"--show"_s, u"-f"_s, image});
        if (::geteuid() == 0 && losetup.waitForFinished() && losetup.exitCode() == 0) {
            m_path = QString::fromUtf8(losetup.readAllStandardOutput()).trimmed();
        }
    }
    LoopDevice(const LoopDevice &) = delete;
    LoopDevice &operator=(const LoopDevice &) = delete;
    ~LoopDevice()
    {
        if (!m_path.isEmpty()) {
            QProcess::execute(u"/sbin/losetup"_s, {u"-d"_s, m_path});
        }
    }
    [[nodiscard]] QString path() const { return m_path; }

private:
    QString m_path;
};

// A plain chroot has none, and no mount namespace can be made from it.
bool isRootAMountPoint()
{
    QFile mounts(u"/proc/self/mountinfo"_s);
    if (!mounts.open(QIODevice::ReadOnly)) {
        return false;
    }
    const QByteArrayList lines = mounts.readAll().split('\n');
    return std::ranges::any_of(lines, [](const QByteArray &line) { return line.split(' ').value(4) == "/"; });
}

QByteArray headWith(qsizetype offset, const QByteArray &text, bool isBootSector = true)
{
    QByteArray head(maxVolumeHead, '\0');
    head.replace(offset, text.size(), text);
    if (isBootSector) {
        head.replace(510, 2, "\x55\xAA");
    }
    return head;
}

} // namespace

// What a block device adds to a folder. The kernel's own FAT isn't in every machine that runs tests, ext4 is.
class TestStickMount : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recognisesFileSystems_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("FAT32") << headWith(82, "FAT32   ") << "vfat"_ba;
        QTest::newRow("FAT16") << headWith(54, "FAT16   ") << "vfat"_ba;
        QTest::newRow("FAT12") << headWith(54, "FAT12   ") << "vfat"_ba;
        QTest::newRow("FAT without a signature") << headWith(82, "FAT32   ", false) << ""_ba;
        QTest::newRow("exFAT") << headWith(3, "EXFAT   ") << "exfat"_ba;
        QTest::newRow("NTFS") << headWith(3, "NTFS    ") << ""_ba;
        QTest::newRow("ext") << headWith(1080, "\x53\xEF") << "ext4"_ba;
        QTest::newRow("a partition table") << headWith(0, "") << ""_ba;
        QTest::newRow("empty") << QByteArray() << ""_ba;
        QTest::newRow("cut") << headWith(82, "FAT32   ").first(84) << ""_ba;
        QTest::newRow("cut ext") << headWith(1080, "\x53\xEF").first(1081) << ""_ba;
    }
    void recognisesFileSystems()
    {
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, name);
        QCOMPARE(fileSystemOf(head), name);
    }

    void refusesOtherPlaces()
    {
        const QTemporaryDir folder;
        QVERIFY(writeFile(folder.filePath(u"file"_s), "x"));
        QVERIFY(QFile::link(folder.path(), folder.filePath(u"link"_s)));
        const auto errorOf = [&](const QString &name) {
            const auto mount = StickMount::mount(folder.filePath(name), StickMount::Mode::ReadOnly);
            return mount ? std::nullopt : std::optional(mount.error().code);
        };
        QCOMPARE(errorOf(u"file"_s), std::optional(ErrorCode::Refused));
        QCOMPARE(errorOf(u"link"_s), std::optional(ErrorCode::Refused));
        QCOMPARE(errorOf(u"pulled out"_s), std::optional(ErrorCode::NotFound));
    }

    void takesAFolderOnlyBelowFoldersOfOurs()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can give a folder away");
        }
        const QTemporaryDir media;
        const auto give = [&media](const QString &name) {
            return ::chown(QFile::encodeName(media.filePath(name)).constData(), 65534, 65534) == 0;
        };
        QVERIFY(QDir().mkpath(media.filePath(u"usb0"_s)));
        QVERIFY(give(u"usb0"_s));
        QVERIFY(StickMount::mount(media.filePath(u"usb0"_s), StickMount::Mode::Writable));
        QVERIFY(give(u"."_s));
        const auto mount = StickMount::mount(media.filePath(u"usb0"_s), StickMount::Mode::Writable);
        QVERIFY(!mount);
        QCOMPARE(mount.error().code, ErrorCode::Refused);
    }

    // An ext can have it written down that the kernel stops the machine when it finds an error on it.
    void aVolumeCannotStopTheMachine_data()
    {
        QTest::addColumn<StickMount::Mode>("mode");
        QTest::newRow("read") << StickMount::Mode::ReadOnly;
        QTest::newRow("written") << StickMount::Mode::Writable;
    }
    void aVolumeCannotStopTheMachine()
    {
        QFETCH(StickMount::Mode, mode);
        const QTemporaryDir folder;
        const QString image = folder.filePath(u"stick.img"_s);
        QFile file(image);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(qint64{4} << 20));
        file.close();
        QCOMPARE(QProcess::execute(u"/sbin/mkfs.ext4"_s, {u"-q"_s, image}), 0);
        QProcess tune;
        tune.start(u"/sbin/tune2fs"_s, {u"-e"_s, u"panic"_s, image});
        QVERIFY(tune.waitForFinished() && tune.exitCode() == 0);
        const LoopDevice device(image);
        if (device.path().isEmpty()) {
            QSKIP("only root may make a loop device");
        }
        if (!isRootAMountPoint()) {
            QSKIP("the root is no mount point");
        }
        const auto mount = StickMount::mount(device.path(), mode);
        QVERIFY2(mount, mount ? "" : qPrintable(mount.error().message));
        // All that are in force, also those that the volume has brought.
        const QByteArray options = readWhole(u"/proc/fs/ext4/%1/options"_s.arg(QFileInfo(device.path()).fileName()));
        QVERIFY2(options.contains("errors=remount-ro\n"), options);
    }

    void servesAVolume()
    {
        const QTemporaryDir folder;
        const StickKit kit;
        const QString content = folder.filePath(u"content"_s);
        // Beside the order, what a hostile stick may have: never listed, never opened.
        QVERIFY(StickKit::write(content, {kit.meter(2)}));
        QVERIFY(QDir().mkpath(content + u"/sgn"_s + u"/deep"_s.repeated(60)));
        QVERIFY(::mkfifo(QFile::encodeName(content + u"/sgn/pipe"_s).constData(), 0644) == 0);
        for (int i = 0; i < 500; ++i) {
            QVERIFY(writeFile(content + u"/sgn/file\n%1"_s.arg(i), "x"));
        }
        const QString image = folder.filePath(u"stick.img"_s);
        QFile file(image);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(qint64{16} << 20));
        file.close();
        QProcess mkfs;
        mkfs.start(u"/sbin/mkfs.ext4"_s, {u"-q"_s, u"-d"_s, content, image});
        QVERIFY(mkfs.waitForFinished());
        QVERIFY2(mkfs.exitCode() == 0, mkfs.readAllStandardError());
        const LoopDevice device(image);
        if (device.path().isEmpty()) {
            QSKIP("only root may make a loop device");
        }
        if (!isRootAMountPoint()) {
            QSKIP("the root is no mount point");
        }

        const QString root = folder.filePath(u"root"_s);
        QVERIFY(QDir().mkpath(root));
        const DeviceTree tree(root);
        QVERIFY(tree.ensureFolders());
        StickDevice served{tree, {}, u"b8:27"_s, u"d@x"_s, QList{kit.publicKey()}};
        // As on a real device the tree isn't root's.
        served.owner.user = 65534;
        served.owner.group = 65534;
        served.reservedBytes = 0;
        for (const QString &path : {folder.path(), root, tree.downloads(), tree.wdog()}) {
            QVERIFY(::chmod(QFile::encodeName(path).constData(), 0755) == 0);
            QVERIFY(::chown(QFile::encodeName(path).constData(), 65534, 65534) == 0);
        }
        const auto taken = serveStick(served, device.path(), Arrival::PluggedIn);
        QVERIFY2(taken, taken ? "" : qPrintable(taken.error().message));
        QVERIFY2(taken->kind == Served::Kind::HandedOver, qPrintable(taken->sentence));
        QCOMPARE(readWhole(tree.stickZip(0)), readWhole(content + u"/sgn/0.zip"_s));
        QCOMPARE(QFileInfo(tree.stickZip(0)).ownerId(), 65534U);
        QVERIFY(!readWhole(u"/proc/self/mounts"_s).contains("/run/sgn-stick"));

        StickResult result;
        result.device = u"b8:27"_s;
        QVERIFY(writeFile(tree.stickResult(), encode(result)));
        QVERIFY(::chown(QFile::encodeName(tree.stickResult()).constData(), 65534, 65534) == 0);
        const auto written = serveStick(served, device.path(), Arrival::Found);
        QVERIFY2(written, written ? "" : qPrintable(written.error().message));
        QVERIFY2(written->kind == Served::Kind::Written, qPrintable(written->sentence));
        // Durable: in the image, whatever becomes of the kernel's memory.
        const auto mount = StickMount::mount(device.path(), StickMount::Mode::ReadOnly);
        QVERIFY2(mount, mount ? "" : qPrintable(mount.error().message));
        QCOMPARE(StickKit::results(mount->path()).size(), 1);
        QFile probe(mount->path() + u"/probe"_s);
        QVERIFY(!probe.open(QIODevice::WriteOnly));
    }
};

QTEST_GUILESS_MAIN(TestStickMount)
#include "tst_stick_mount.moc"
