// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/ControlGroups.h"

#include <QtTest>
#include <unistd.h>

using namespace sgn;
using namespace sgn::system;
using namespace Qt::StringLiterals;

class TestControlGroups : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheMount_data()
    {
        QTest::addColumn<QByteArray>("mounts");
        QTest::addColumn<QByteArray>("folder");
        const QByteArray root = "/dev/root / ext4 rw,noatime 0 0\nproc /proc proc rw 0 0\n";
        QTest::newRow("on its own") << root + "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n"
                                    << QByteArray("/sys/fs/cgroup");
        QTest::newRow("beside version 1")
            << root + "cgroup /sys/fs/cgroup/cpu cgroup rw 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
            << QByteArray("/sys/fs/cgroup/unified");
        QTest::newRow("only version 1") << root + "cgroup /sys/fs/cgroup/cpu cgroup rw 0 0\n" << QByteArray();
        QTest::newRow("a folder of that name") << root + "/dev/sda /cgroup2 ext4 rw 0 0\n" << QByteArray();
        QTest::newRow("a device of that name") << root + "cgroup2 /mnt tmpfs rw 0 0\n" << QByteArray();
        QTest::newRow("cut") << QByteArray("cgroup2 /sys") << QByteArray();
        QTest::newRow("nothing") << QByteArray() << QByteArray();
    }

    void findsTheMount()
    {
        QFETCH(QByteArray, mounts);
        QFETCH(QByteArray, folder);
        QCOMPARE(controlGroupMountIn(mounts), folder);
    }

    void findsThePathOfAProcess_data()
    {
        QTest::addColumn<QByteArray>("cgroups");
        QTest::addColumn<QByteArray>("path");
        QTest::newRow("version 2") << QByteArray("0::/system.slice/sgn.service\n")
                                   << QByteArray("/system.slice/sgn.service");
        QTest::newRow("both versions") << QByteArray("3:cpu:/x\n0::/system.slice/sgn.service\n1:name=systemd:/y\n")
                                       << QByteArray("/system.slice/sgn.service");
        QTest::newRow("the root group") << QByteArray("0::/\n") << QByteArray("/");
        QTest::newRow("version 1") << QByteArray("10::/x\n1:name=systemd:/y\n") << QByteArray();
        QTest::newRow("no absolute path") << QByteArray("0::x\n") << QByteArray();
        QTest::newRow("the process is gone") << QByteArray() << QByteArray();
    }

    void findsThePathOfAProcess()
    {
        QFETCH(QByteArray, cgroups);
        QFETCH(QByteArray, path);
        QCOMPARE(controlGroupPathIn(cgroups), path);
    }

    void makesOneFolderNameOfAnyProcessName()
    {
        QSet<QByteArray> groups;
        const QStringList names{u"ocr"_s, u"OCR"_s,  u"../../evil"_s,       u"/etc"_s,  QString(),
                                u"."_s,   u"a\nb"_s, QString(10'000, u'x'), u"Zähler"_s};
        for (const QString &name : names) {
            const QByteArray group = controlGroupName(name);
            QVERIFY(group.startsWith("process-") && group.size() == 48 && !group.contains('/'));
            groups += group;
        }
        QCOMPARE(groups.size(), names.size());
        QCOMPARE(controlGroupName(u"ocr"_s), controlGroupName(u"ocr"_s));
    }

    void makesGroupsBelowOurs()
    {
        const QTemporaryDir folder;
        const ControlGroups groups(QFile::encodeName(folder.path()));
        QVERIFY(groups.areOurs());
        const QByteArray group = groups.groupFor(u"../../evil"_s);
        QCOMPARE(QFileInfo(QFile::decodeName(group)).absolutePath(), folder.path());
        QVERIFY(QFileInfo(QFile::decodeName(group)).isDir());
        QCOMPARE(groups.groupFor(u"../../evil"_s), group);
        removeControlGroup(group);
        QVERIFY(!QFileInfo::exists(QFile::decodeName(group)));
    }

    void doesNothingWithoutAGroupOfOurs()
    {
        const ControlGroups none;
        QVERIFY(!none.areOurs());
        QVERIFY(none.groupFor(u"ocr"_s).isEmpty());
        killControlGroup({});
        removeControlGroup({});
        QVERIFY(ControlGroups("/no/such/folder").groupFor(u"ocr"_s).isEmpty());
    }

    void endsAGroupByTheKernelsFile()
    {
        const QTemporaryDir folder;
        QFile kill(folder.filePath(u"cgroup.kill"_s));
        QVERIFY(kill.open(QIODevice::WriteOnly));
        killControlGroup(QFile::encodeName(folder.path()));
        kill.close();
        QVERIFY(kill.open(QIODevice::ReadOnly));
        QCOMPARE(kill.readAll(), "1"_ba);
    }

    // Without cgroup.kill (before Linux 5.14) by pid: a number that isn't in the group any more is left alone.
    void endsNoProcessOfAnotherGroup()
    {
        const QTemporaryDir folder;
        QFile procs(folder.filePath(u"cgroup.procs"_s));
        QVERIFY(procs.open(QIODevice::WriteOnly));
        procs.write(QByteArray::number(::getpid()) + "\n-1\n0\nx\n\n999999999\n");
        procs.close();
        killControlGroup(QFile::encodeName(folder.path())); // and we are still here
    }
};

QTEST_GUILESS_MAIN(TestControlGroups)
#include "tst_control_groups.moc"
