// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/DeviceSecret.h"
#include "support/SmallDisk.h"
#include "support/TreeSnapshot.h"

#include <QtTest>
#include <sys/stat.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

class TestDeviceSecret : public QObject
{
    Q_OBJECT

private:
    static unsigned modeOf(const QString &path)
    {
        struct stat info
        {
        };
        return ::stat(QFile::encodeName(path).constData(), &info) == 0 ? info.st_mode & 07777U : 0U;
    }

private Q_SLOTS:
    void makesAndReadsOne()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"device.key"_s);
        const mode_t before = ::umask(0);
        const auto made = createDeviceSecret(path);
        ::umask(before);
        QVERIFY(made.has_value());
        QCOMPARE(made->size(), deviceSecretSize);
        QCOMPARE(modeOf(path), 0600U);
        QVERIFY(SecureBytes::equal(loadDeviceSecret(path).value().view(), made->view()));
        QCOMPARE(snapshotOf(folder.path()).keys(), QStringList{u"device.key"_s});

        const auto other = createDeviceSecret(folder.filePath(u"other.key"_s));
        QVERIFY(!SecureBytes::equal(other.value().view(), made->view()));
    }

    void neverOverwritesOne()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"device.key"_s);
        QVERIFY(createDeviceSecret(path).has_value());
        const TreeSnapshot before = snapshotOf(folder.path());
        QCOMPARE(createDeviceSecret(path).error().code, ErrorCode::Refused);
        QCOMPARE(snapshotOf(folder.path()), before);
    }

    void isKeptFromOthers_data()
    {
        QTest::addColumn<uint>("mode");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("owner") << 0600U << true;
        QTest::newRow("owner, reading") << 0400U << true;
        QTest::newRow("group") << 0640U << true;
        QTest::newRow("others read") << 0604U << false;
        QTest::newRow("others write") << 0602U << false;
        QTest::newRow("usual umask") << 0644U << false;
    }

    void isKeptFromOthers()
    {
        QFETCH(uint, mode);
        QFETCH(bool, allowed);
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"device.key"_s);
        QVERIFY(createDeviceSecret(path).has_value());
        QCOMPARE(::chmod(QFile::encodeName(path).constData(), mode), 0);
        const auto loaded = loadDeviceSecret(path);
        QCOMPARE(loaded.has_value(), allowed);
        if (!allowed) {
            QCOMPARE(loaded.error().code, ErrorCode::Refused);
            QVERIFY(loaded.error().message.contains(u"chmod o= "_s + path));
        }
    }

    void refusesWhatIsNoKey_data()
    {
        QTest::addColumn<int>("size");
        QTest::newRow("empty") << 0;
        QTest::newRow("cut") << 31;
        QTest::newRow("longer") << 33;
        QTest::newRow("much longer") << 100'000;
    }

    void refusesWhatIsNoKey()
    {
        QFETCH(int, size);
        QTemporaryFile file; // mode 0600
        QVERIFY(file.open());
        file.write(QByteArray(size, 'k'));
        file.close();
        QCOMPARE(loadDeviceSecret(file.fileName()).error().code, ErrorCode::BadFile);
    }

    void reportsWhatIsMissing()
    {
        const QTemporaryDir folder;
        QCOMPARE(loadDeviceSecret(folder.filePath(u"none"_s)).error().code, ErrorCode::NotFound);
        QVERIFY(!createDeviceSecret(folder.filePath(u"none/device.key"_s)).has_value());
    }

    void leavesNothingOnAFullDisk()
    {
        const SmallDisk disk(16);
        if (!disk.isMounted()) {
            QSKIP("only root can mount a small disk");
        }
        QFile filler(disk.path() + u"/filler"_s);
        QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
        filler.write(QByteArray(16 * 1024, 'f'));
        const auto made = createDeviceSecret(disk.path() + u"/device.key"_s);
        QCOMPARE(made.error().code, ErrorCode::NoSpace);
        QCOMPARE(snapshotOf(disk.path()).keys(), QStringList{u"filler"_s});
    }

    void secureBytesBehaveAsAValueThatMoves()
    {
        SecureBytes first(QByteArrayView("secret"));
        SecureBytes second(std::move(first));
        QCOMPARE(second.view(), QByteArrayView("secret"));
        SecureBytes third;
        third = std::move(second);
        third.truncate(3);
        QCOMPARE(third.view(), QByteArrayView("sec"));
        third.truncate(100);
        QCOMPARE(third.size(), 3);
        QVERIFY(SecureBytes::equal("abc", "abc"));
        QVERIFY(!SecureBytes::equal("abc", "abd"));
        QVERIFY(!SecureBytes::equal("abc", "ab"));
        QVERIFY(SecureBytes::equal({}, {}));

        QByteArray plain("password");
        SecureBytes::wipe(plain);
        QVERIFY(plain.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestDeviceSecret)
#include "tst_device_secret.moc"
