// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/OutputLog.h"

#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::supervision;

namespace {

void write(const Descriptor &file, const QByteArray &text)
{
    QCOMPARE(::write(file.get(), text.constData(), static_cast<size_t>(text.size())), text.size());
}

} // namespace

class TestOutputLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsTheLastLinesOfTheRun()
    {
        const QTemporaryDir dir;
        OutputLog log(dir.path() + u"/a.log"_s);
        {
            const auto first = log.openForRun();
            QVERIFY(first.has_value());
            write(*first, "an earlier run\n");
        }
        const auto file = log.openForRun();
        QVERIFY(file.has_value());
        QVERIFY(log.lastLines().isEmpty());
        for (int i = 0; i < 30; ++i) {
            write(*file, "line " + QByteArray::number(i) + '\n');
        }
        write(*file, "no line feed");
        const QStringList lines = log.lastLines();
        QCOMPARE(lines.size(), 20);
        QCOMPARE(lines.front(), u"line 11"_s);
        QCOMPARE(lines.back(), u"no line feed"_s);
    }

    void makesLinesHarmless_data()
    {
        QTest::addColumn<QByteArray>("written");
        QTest::addColumn<QString>("read");
        QTest::newRow("escape codes") << QByteArray("\x1b[31mred\x07\x7f") << u"[31mred"_s;
        QTest::newRow("tab") << QByteArray("a\tb") << u"a\tb"_s;
        QTest::newRow("broken UTF-8") << QByteArray("a\xff\xfe") << u"a\ufffd\ufffd"_s;
        QTest::newRow("zero byte") << QByteArray("a\0b", 3) << u"ab"_s;
        QTest::newRow("very long") << QByteArray(100000, 'x') << QString(400, u'x');
    }

    void makesLinesHarmless()
    {
        QFETCH(const QByteArray, written);
        QFETCH(const QString, read);
        const QTemporaryDir dir;
        OutputLog log(dir.path() + u"/a.log"_s);
        const auto file = log.openForRun();
        QVERIFY(file.has_value());
        write(*file, written);
        QCOMPARE(log.lastLines(), QStringList{read});
    }

    void staysBoundedWhileTheProcessWrites()
    {
        const QTemporaryDir dir;
        constexpr qint64 limit = 256 * 1024;
        OutputLog log(dir.path() + u"/a.log"_s, limit);
        const auto file = log.openForRun();
        QVERIFY(file.has_value());
        for (int i = 0; i < 100000; ++i) {
            write(*file, "this is line " + QByteArray::number(i) + '\n');
            if (i % 1000 == 0) {
                log.trim();
                QVERIFY(QFileInfo(log.path()).size() <= limit);
            }
        }
        log.trim();
        QVERIFY(QFileInfo(log.path()).size() > limit / 4);
        QCOMPARE(log.lastLines().back(), u"this is line 99999"_s);
        QCOMPARE(log.lastLines().front(), u"this is line 99980"_s);
    }

    void refusesWhatAnotherUserHasPut_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("a link") << u"link"_s;
        QTest::newRow("a link to nothing") << u"dangling"_s;
        QTest::newRow("a second name of a file") << u"hard link"_s;
        QTest::newRow("a pipe") << u"fifo"_s;
        QTest::newRow("a folder") << u"folder"_s;
    }

    void refusesWhatAnotherUserHasPut()
    {
        QFETCH(const QString, kind);
        const QTemporaryDir dir;
        const QByteArray secret = QFile::encodeName(dir.path()) + "/secret";
        const QByteArray path = QFile::encodeName(dir.path()) + "/a.log";
        QFile file(QFile::decodeName(secret));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("secret\n");
        file.close();
        if (kind == u"link"_s) {
            QVERIFY(::symlink(secret.constData(), path.constData()) == 0);
        } else if (kind == u"dangling"_s) {
            QVERIFY(::symlink((secret + "2").constData(), path.constData()) == 0);
        } else if (kind == u"hard link"_s) {
            QVERIFY(::link(secret.constData(), path.constData()) == 0);
        } else if (kind == u"fifo"_s) {
            QVERIFY(::mkfifo(path.constData(), 0644) == 0);
        } else {
            QVERIFY(::mkdir(path.constData(), 0755) == 0);
        }
        OutputLog log(QFile::decodeName(path));
        QVERIFY(!log.openForRun().has_value());
        QVERIFY(log.lastLines().isEmpty());
        QVERIFY(!QFile::exists(QFile::decodeName(secret + "2")));
    }
};

QTEST_GUILESS_MAIN(TestOutputLog)
#include "tst_output_log.moc"
