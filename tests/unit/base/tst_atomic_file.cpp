// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "support/SmallDisk.h"
#include "support/TreeSnapshot.h"

#include <csignal>
#include <QtTest>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

class TestAtomicFile : public QObject
{
    Q_OBJECT

private:
    static QByteArray contentOf(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("<none>");
    }

private Q_SLOTS:
    void writesAndReplaces()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"state.json"_s);
        for (const QByteArray &content :
             {QByteArray("first"), QByteArray(), QByteArray(3'000'000, 'x'), QByteArray("\0", 1)}) {
            QVERIFY(writeFileAtomically(path, content).has_value());
            QCOMPARE(readFile(path, content.size()).value(), content);
            QCOMPARE(snapshotOf(folder.path()).keys(), QStringList{u"state.json"_s});
        }
    }

    void setsTheModeWhateverTheUmask_data()
    {
        QTest::addColumn<uint>("mode");
        QTest::newRow("secret") << 0600U;
        QTest::newRow("for all users") << 0644U;
        QTest::newRow("program") << 0755U;
    }

    void setsTheModeWhateverTheUmask()
    {
        QFETCH(uint, mode);
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"file"_s);
        for (const mode_t mask : {mode_t{0}, mode_t{077}}) {
            const mode_t before = ::umask(mask);
            const auto written = writeFileAtomically(path, "x", mode);
            ::umask(before);
            QVERIFY(written.has_value());
            struct stat info
            {
            };
            QCOMPARE(::stat(QFile::encodeName(path).constData(), &info), 0);
            QCOMPARE(info.st_mode & 07777U, mode);
        }
    }

    void aReaderSeesTheWholeOldOrTheWholeNewFile()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"file"_s);
        QVERIFY(writeFileAtomically(path, "old").has_value());
        QFile reader(path);
        QVERIFY(reader.open(QIODevice::ReadOnly));
        QVERIFY(writeFileAtomically(path, "newer").has_value());
        QCOMPARE(reader.readAll(), QByteArray("old"));
        QCOMPARE(contentOf(path), QByteArray("newer"));
    }

    void replacesASymlinkAndNotWhatItNames()
    {
        const QTemporaryDir folder;
        QVERIFY(writeFileAtomically(folder.filePath(u"victim"_s), "precious").has_value());
        QVERIFY(QFile::link(folder.filePath(u"victim"_s), folder.filePath(u"file"_s)));
        QVERIFY(writeFileAtomically(folder.filePath(u"file"_s), "new").has_value());
        QCOMPARE(contentOf(folder.filePath(u"victim"_s)), QByteArray("precious"));
        QVERIFY(!QFileInfo(folder.filePath(u"file"_s)).isSymLink());
    }

    void leavesEverythingWhenItFails_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("no such folder") << u"none/file"_s << ErrorCode::NotFound;
        QTest::newRow("file as folder") << u"old/file"_s << ErrorCode::Io;
        QTest::newRow("folder in the way") << u"folder"_s << ErrorCode::Io;
        QTest::newRow("name too long") << QString(300, u'n') << ErrorCode::Io;
    }

    void leavesEverythingWhenItFails()
    {
        QFETCH(QString, name);
        QFETCH(ErrorCode, code);
        const QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkpath(u"folder/inside"_s));
        QVERIFY(writeFileAtomically(folder.filePath(u"old"_s), "old").has_value());
        const TreeSnapshot before = snapshotOf(folder.path());
        const auto written = writeFileAtomically(folder.filePath(name), "new");
        QVERIFY(!written.has_value());
        QCOMPARE(written.error().code, code);
        QVERIFY(written.error().message.startsWith(u"cannot write "_s + folder.path()));
        QCOMPARE(snapshotOf(folder.path()), before);
    }

    void keepsTheOldFileOnAFullDisk()
    {
        const SmallDisk disk(64);
        if (!disk.isMounted()) {
            QSKIP("only root can mount a small disk");
        }
        const QString path = disk.path() + u"/state.json"_s;
        QVERIFY(writeFileAtomically(path, "old").has_value());
        const TreeSnapshot before = snapshotOf(disk.path());
        const auto written = writeFileAtomically(path, QByteArray(100'000, 'n'));
        QVERIFY(!written.has_value());
        QCOMPARE(written.error().code, ErrorCode::NoSpace);
        QCOMPARE(written.error().message, u"cannot write %1: No space left on device"_s.arg(path));
        QCOMPARE(snapshotOf(disk.path()), before);
    }

    void keepsTheOldFileWhenWritingStopsHalfway()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"state.json"_s);
        QVERIFY(writeFileAtomically(path, "old").has_value());
        const TreeSnapshot before = snapshotOf(folder.path());

        // Only a limit for files of this process, which every user may set.
        rlimit unlimited{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
        const rlimit small{10'000, unlimited.rlim_max};
        auto *const handler = ::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto written = writeFileAtomically(path, QByteArray(100'000, 'n'));
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
        ::signal(SIGXFSZ, handler);

        QVERIFY(!written.has_value());
        QCOMPARE(written.error().code, ErrorCode::Io);
        QCOMPARE(snapshotOf(folder.path()), before);
    }

    void removesWhatAKillHasLeft()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"file.json"_s);
        const QStringList kept{u"file.json"_s, u"file.json.bad"_s, u"file.json.longer7"_s, u"other.json.AbC123"_s};
        for (const QString &name : kept + QStringList{u"file.json.AbC123"_s, u"file.json.zzzzzz"_s}) {
            QVERIFY(writeFileAtomically(folder.filePath(name), "x").has_value());
        }
        removeTemporaries(path);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files), kept);
    }

    void removes()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"file"_s);
        QVERIFY(writeFileAtomically(path, "x").has_value());
        QVERIFY(removeFileDurably(path).has_value());
        QVERIFY(!QFileInfo::exists(path));
        QVERIFY(removeFileDurably(path).has_value());
        QCOMPARE(removeFileDurably(folder.path()).error().code, ErrorCode::Io);
    }

    void syncsFolders()
    {
        const QTemporaryDir folder;
        QVERIFY(syncFolder(folder.path()).has_value());
        QVERIFY(!syncFolder(folder.filePath(u"none"_s)).has_value());
    }

    void boundsWhatItReads()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"file"_s);
        QVERIFY(writeFileAtomically(path, QByteArray(100, 'x')).has_value());
        QCOMPARE(readFile(path, 100).value().size(), 100);
        QCOMPARE(readFile(path, 99).error().code, ErrorCode::TooLarge);
        QCOMPARE(readFile(u"/dev/zero"_s, 1000).error().code, ErrorCode::TooLarge);
        QCOMPARE(readFile(folder.filePath(u"none"_s), 100).error().code, ErrorCode::NotFound);
        QCOMPARE(readFile(folder.path(), 100).error().code, ErrorCode::Io);
        QVERIFY(readFile(u"/proc/self/status"_s, 100'000).value().contains("Pid:")); // its size() is 0
    }

    void readsJsonObjects_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("object") << QByteArray(R"({"a": 1})") << QString();
        QTest::newRow("nothing") << QByteArray() << u"not valid JSON at byte"_s;
        QTest::newRow("cut") << QByteArray(R"({"a": )") << u"not valid JSON at byte"_s;
        QTest::newRow("zeros, as after a power cut") << QByteArray(100, '\0') << u"not valid JSON at byte"_s;
        QTest::newRow("list") << QByteArray("[]") << u"holds no JSON object"_s;
        QTest::newRow("not UTF-8") << QByteArray("{\"a\": \"\xff\"}") << u"not valid JSON at byte"_s;
    }

    void readsJsonObjects()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, sentence);
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"file.json"_s);
        QVERIFY(writeFileAtomically(path, content).has_value());
        const auto object = readJsonFile(path);
        QCOMPARE(object.has_value(), sentence.isEmpty());
        if (object) {
            QCOMPARE(object->value(u"a"_s).toInt(), 1);
        } else {
            QCOMPARE(object.error().code, ErrorCode::BadFile);
            QVERIFY2(object.error().message.contains(sentence), qPrintable(object.error().message));
            QVERIFY(object.error().message.contains(path));
        }
    }
};

QTEST_GUILESS_MAIN(TestAtomicFile)
#include "tst_atomic_file.moc"
