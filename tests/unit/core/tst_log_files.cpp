// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/LogFiles.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace Qt::StringLiterals;

class LogFilesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsControlCharactersAsPictures_data();
    void showsControlCharactersAsPictures();
    void readsTheEndOfALargeLog();
    void listsLogFilesWithoutLinks();
};

void LogFilesTest::showsControlCharactersAsPictures_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("text");
    QTest::newRow("plain") << QByteArray("a\tb\r\nc\n") << u"a\tb\nc\n"_s;
    QTest::newRow("escape sequence") << QByteArray("\x1b[2Jx") << u"\u241b[2Jx"_s;
    QTest::newRow("zero") << QByteArray("a\0b", 3) << u"a\u2400b"_s;
    QTest::newRow("not UTF-8") << QByteArray("a\xff\xfe") << u"a\ufffd\ufffd"_s;
    QTest::newRow("reordering") << QByteArray("a\u202Eb") << u"a\ufffdb"_s;
    QTest::newRow("delete") << QByteArray("a\x7f") << u"a\u2421"_s;
}

void LogFilesTest::showsControlCharactersAsPictures()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, text);
    QTemporaryDir folder;
    QFile file(folder.filePath(u"x.log"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
    file.close();
    const auto read = readLogText(file.fileName());
    QVERIFY(read);
    QCOMPARE(*read, text);
}

void LogFilesTest::readsTheEndOfALargeLog()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(u"x.log"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    for (int i = 0; i < 1000; ++i) {
        file.write("line " + QByteArray::number(i) + '\n');
    }
    file.close();
    const auto read = readLogText(file.fileName(), 20);
    QVERIFY(read);
    QCOMPARE(*read, u"line 998\nline 999\n"_s);
    QCOMPARE(readLogText(folder.filePath(u"none"_s)).error().error, ErrorCode::NotFound);
}

void LogFilesTest::listsLogFilesWithoutLinks()
{
    QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkpath(u"logs/old"_s));
    for (const QString &name : {u"logs/b.log"_s, u"logs/a.log"_s, u"logs/old/c.log"_s}) {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("x");
    }
    QVERIFY(QFile::link(u"/etc/passwd"_s, folder.filePath(u"logs/link.log"_s)));
    QStringList names;
    for (const LogFile &file : logFilesBelow(folder.path())) {
        names += file.name;
        QCOMPARE(file.size, 1);
    }
    QCOMPARE(names, (QStringList{u"logs/a.log"_s, u"logs/b.log"_s, u"logs/old/c.log"_s}));
    QVERIFY(logFilesBelow({}).isEmpty());
}

QTEST_GUILESS_MAIN(LogFilesTest)
#include "tst_log_files.moc"
