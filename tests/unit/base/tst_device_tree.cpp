// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/DeviceTree.h"
#include "support/TreeSnapshot.h"

#include <QDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

class TestDeviceTree : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTheSeedsPaths()
    {
        const DeviceTree tree(DeviceTree::defaultRoot());
        QCOMPARE(tree.root(), u"/home/pi/technospurs"_s);
        QCOMPARE(tree.caCertificate(), u"/home/pi/technospurs/certs/cacert.pem"_s);
        QCOMPARE(tree.configFile(), u"/home/pi/technospurs/cfg/config_file.bin"_s);
        QCOMPARE(tree.smartMeter(), u"/home/pi/technospurs/SmartMeter"_s);
        QCOMPARE(tree.jabberClient(), u"/home/pi/technospurs/JabberClient"_s);
        QCOMPARE(tree.agentProgram(), u"/home/pi/technospurs/JabberClient/sgn-agent"_s);
        QCOMPARE(tree.log(u"agent"_s), u"/home/pi/technospurs/logs/agent.log"_s);
        QCOMPARE(tree.processOutput(u"ocr"_s), u"/home/pi/technospurs/logs/ocr.log"_s);
    }

    // A process may be called like one of our own programs; its output must not end up in that one's log.
    void keepsTheOutputOfProcessesOutOfOurLogs()
    {
        const DeviceTree tree(DeviceTree::defaultRoot());
        for (const QString &ours : {tree.log(u"agent"_s), tree.log(u"watchdog"_s), tree.agentOutput()}) {
            const QString name = QFileInfo(ours).completeBaseName();
            QVERIFY(tree.processOutput(name) != ours);
            QCOMPARE(tree.processOutput(name), u"/home/pi/technospurs/logs/process-%1.log"_s.arg(name));
        }
    }

    void makesItsRootAbsolute_data()
    {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("root");
        QTest::newRow("absolute") << u"/srv/device"_s << u"/srv/device"_s;
        QTest::newRow("slash at the end") << u"/srv/device/"_s << u"/srv/device"_s;
        QTest::newRow("dots") << u"/srv/./x/../device"_s << u"/srv/device"_s;
        QTest::newRow("relative") << u"device"_s << QDir::currentPath() + u"/device"_s;
        QTest::newRow("here") << u"."_s << QDir::currentPath();
    }

    void makesItsRootAbsolute()
    {
        QFETCH(QString, given);
        QFETCH(QString, root);
        QCOMPARE(DeviceTree(given).root(), root);
    }

    // Seed step (06).
    void makesTheFoldersOfTheSeed()
    {
        const QTemporaryDir folder;
        const DeviceTree tree(folder.path());
        QVERIFY(tree.ensureFolders().has_value());
        const TreeSnapshot made = snapshotOf(folder.path());
        QCOMPARE(made.keys(), (QStringList{u"JabberClient"_s, u"SmartMeter"_s, u"certs"_s, u"cfg"_s, u"data"_s,
                                           u"downloads"_s, u"downloads/outbox"_s, u"logs"_s, u"wdog"_s}));
        QVERIFY(tree.ensureFolders().has_value());
        QCOMPARE(snapshotOf(folder.path()), made);
    }

    void makesNoRoot()
    {
        const QTemporaryDir folder;
        const auto made = DeviceTree(folder.filePath(u"typo"_s)).ensureFolders();
        QCOMPARE(made.error().code, ErrorCode::Refused);
        QVERIFY(made.error().message.contains(u"typo doesn't exist"_s));
        QVERIFY(snapshotOf(folder.path()).isEmpty());
    }

    void namesWhatIsInTheWay()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(u"wdog"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const auto made = DeviceTree(folder.path()).ensureFolders();
        QCOMPARE(made.error().code, ErrorCode::Refused);
        QVERIFY(made.error().message.endsWith(u"wdog is not a folder"_s));
    }
};

QTEST_GUILESS_MAIN(TestDeviceTree)
#include "tst_device_tree.moc"
