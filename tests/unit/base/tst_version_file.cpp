// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "base/VersionFile.h"

#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace Qt::StringLiterals;

class TestVersionFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsOneWholeNumber_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("version");
        QTest::newRow("plain") << QByteArray("3") << 3;
        QTest::newRow("zero") << QByteArray("0") << 0;
        QTest::newRow("largest") << QByteArray("2147483647") << 2147483647;
        QTest::newRow("line") << QByteArray("17\n") << 17;
        QTest::newRow("line of Windows") << QByteArray("17\r\n") << 17;
        QTest::newRow("white space") << QByteArray("\n\t 17 \n\n") << 17;
        QTest::newRow("zeros in front") << QByteArray("0017") << 17;
        QTest::newRow("sign in front") << QByteArray("+17") << 17;
        QTest::newRow("as long as may be") << QByteArray(63, ' ') + '4' << 4;
        QTest::newRow("empty") << QByteArray() << -1;
        QTest::newRow("only white space") << QByteArray(" \r\n") << -1;
        QTest::newRow("negative") << QByteArray("-1") << -1;
        QTest::newRow("too large a number") << QByteArray("2147483648") << -1;
        QTest::newRow("far too large a number") << QByteArray(60, '9') << -1;
        QTest::newRow("too long") << QByteArray(64, ' ') + '4' << -1;
        QTest::newRow("byte order mark") << QByteArray("\xef\xbb\xbf"
                                                       "3")
                                         << -1;
        QTest::newRow("two numbers") << QByteArray("3 4") << -1;
        QTest::newRow("two lines") << QByteArray("3\n4\n") << -1;
        QTest::newRow("letters") << QByteArray("v3") << -1;
        QTest::newRow("a letter behind") << QByteArray("3a") << -1;
        QTest::newRow("decimals") << QByteArray("3.0") << -1;
        QTest::newRow("exponent") << QByteArray("3e1") << -1;
        QTest::newRow("hexadecimal") << QByteArray("0x3") << -1;
        QTest::newRow("thousands") << QByteArray("3,000") << -1;
        QTest::newRow("zero byte behind") << QByteArray("3\0", 2) << -1;
        QTest::newRow("zero byte between") << QByteArray("3\0junk", 6) << -1;
        QTest::newRow("digits of another script") << u"٣"_s.toUtf8() << -1;
    }

    void readsOneWholeNumber()
    {
        QFETCH(QByteArray, content);
        QFETCH(int, version);
        const QTemporaryDir folder;
        QVERIFY(writeFileAtomically(folder.filePath(u"version"_s), content).has_value());
        const auto parsed = parseVersionFile(content);
        const auto read = readReleaseVersion(folder.path());
        QCOMPARE(parsed.value_or(-1), version);
        QCOMPARE(read.value_or(-1), version);
        if (version < 0) {
            QCOMPARE(parsed.error().code, ErrorCode::BadFile);
            QCOMPARE(read.error().code, ErrorCode::BadFile);
            QVERIFY(read.error().message.contains(folder.filePath(u"version"_s)));
        }
    }

    void reportsMissingAndDamagedApart()
    {
        const QTemporaryDir folder;
        QCOMPARE(readReleaseVersion(folder.path()).error().code, ErrorCode::NotFound);
        QCOMPARE(readReleaseVersion(folder.filePath(u"none"_s)).error().code, ErrorCode::NotFound);
        QVERIFY(QDir(folder.path()).mkdir(u"version"_s));
        QCOMPARE(readReleaseVersion(folder.path()).error().code, ErrorCode::BadFile);
    }

    void followsLinksToFiles()
    {
        const QTemporaryDir folder;
        QVERIFY(writeFileAtomically(folder.filePath(u"real"_s), "5\n").has_value());
        QVERIFY(QFile::link(u"real"_s, folder.filePath(u"version"_s)));
        QCOMPARE(readReleaseVersion(folder.path()).value(), 5);
        QVERIFY(QFile::remove(folder.filePath(u"real"_s)));
        QCOMPARE(readReleaseVersion(folder.path()).error().code, ErrorCode::NotFound);
    }

    // Each would block its reader, or never end.
    void isNotBlockedByOtherThanFiles()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"version"_s);
        QCOMPARE(::mkfifo(QFile::encodeName(path).constData(), 0600), 0);
        QCOMPARE(readVersionFile(path).error().code, ErrorCode::BadFile);
        QVERIFY(QFile::remove(path));
        QVERIFY(QFile::link(u"/dev/zero"_s, path));
        QCOMPARE(readVersionFile(path).error().code, ErrorCode::BadFile);
    }
};

QTEST_GUILESS_MAIN(TestVersionFile)
#include "tst_version_file.moc"
