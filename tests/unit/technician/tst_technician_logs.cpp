// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/DeviceLogs.h"

#include <QtTest>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::technician;

// Logs in a folder in which other programs write, too.
class TestTechnicianLogs : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    DeviceTree m_tree{m_folder.path()};

    void write(const QString &path, const QByteArray &content, QIODevice::OpenMode mode = QIODevice::WriteOnly) const
    {
        QFile file(path);
        QVERIFY(file.open(mode) && file.write(content) == content.size());
    }

private Q_SLOTS:
    void init() { QVERIFY(QDir().mkpath(m_tree.logs())); }

    void cleanup() { QVERIFY(QDir(m_tree.logs()).removeRecursively()); }

    void listsLogs()
    {
        write(m_tree.log(u"agent"_s), "one\n");
        write(m_tree.log(u"agent"_s) + u".1"_s, "zero\n");
        write(m_tree.processOutput(u"ocr"_s), "");
        write(m_tree.processOutput(u"watchdog"_s), "a process that is called like the watchdog\n");
        QVERIFY(QDir().mkpath(m_tree.logs() + u"/folder.log"_s));
        QCOMPARE(::symlink("/etc/shadow", QFile::encodeName(m_tree.logs() + u"/link.log"_s).constData()), 0);
        QStringList names;
        for (const DeviceLog &log : deviceLogs(m_tree)) {
            names += log.name;
        }
        QCOMPARE(names, (QStringList{u"agent"_s, u"ocr"_s, u"process-watchdog"_s}));
        QCOMPARE(findLog(m_tree, u"watchdog"_s)->name, u"process-watchdog"_s);
        for (const QString &name : {u"link"_s, u"../cfg/x"_s, u""_s, u"agent.log.1"_s}) {
            const auto found = findLog(m_tree, name);
            QVERIFY2(!found, qPrintable(name));
            QVERIFY2(found.error().message.contains(u"agent, ocr"_s), qPrintable(found.error().message));
        }
    }

    void readsTheEnd_data()
    {
        QTest::addColumn<QByteArray>("older");
        QTest::addColumn<QByteArray>("newest");
        QTest::addColumn<int>("count");
        QTest::addColumn<QByteArray>("lines");
        const QByteArray four = "1\n2\n3\n4\n";
        QTest::newRow("some") << QByteArray() << four << 2 << QByteArray("3\n4\n");
        QTest::newRow("all") << QByteArray() << four << 4 << four;
        QTest::newRow("more than there are") << QByteArray() << four << 9 << four;
        QTest::newRow("an unfinished line") << QByteArray() << QByteArray("1\n2\n3") << 2 << QByteArray("2\n3");
        QTest::newRow("empty") << QByteArray() << QByteArray() << 2 << QByteArray();
        QTest::newRow("empty lines") << QByteArray() << QByteArray("1\n\n\n") << 2 << QByteArray("\n\n");
        QTest::newRow("just rotated") << QByteArray("1\n2\n3\n") << QByteArray("4\n") << 3 << QByteArray("2\n3\n4\n");
        QTest::newRow("rotated, not needed") << QByteArray("0\n") << four << 1 << QByteArray("4\n");
        const QByteArray large = QByteArray(2'000'000, 'x') + "\nlast\n";
        QTest::newRow("one line too long to read") << QByteArray() << large << 5 << QByteArray("last\n");
    }

    void readsTheEnd()
    {
        QFETCH(QByteArray, older);
        QFETCH(QByteArray, newest);
        QFETCH(int, count);
        write(m_tree.log(u"a"_s), newest);
        if (!older.isEmpty()) {
            write(m_tree.log(u"a"_s) + u".1"_s, older);
        }
        const auto log = findLog(m_tree, u"a"_s);
        QVERIFY(log.has_value());
        QTEST(lastLines(*log, count).value_or("failed"), "lines");
    }

    void followsALog()
    {
        const QString path = m_tree.log(u"a"_s);
        write(path, "old\n");
        LogFollower follower(path);
        QCOMPARE(follower.read(), "");
        write(path, "new\n", QIODevice::Append);
        QCOMPARE(follower.read(), "new\n");
        QCOMPARE(follower.read(), "");
        // Rotated,
        QVERIFY(QFile::rename(path, path + u".1"_s));
        QCOMPARE(follower.read(), "");
        write(path, "next\n");
        QCOMPARE(follower.read(), "next\n");
        // cut down,
        write(path, "x\n");
        QCOMPARE(follower.read(), "x\n");
        // and led elsewhere.
        QVERIFY(QFile::remove(path));
        QCOMPARE(::symlink("/etc/passwd", QFile::encodeName(path).constData()), 0);
        QCOMPARE(follower.read(), "");
    }

    void aLogDoesNothingToATerminal_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("lines") << QByteArray("a\tb\nc\n") << QByteArray("a\tb\nc\n");
        QTest::newRow("umlaut") << QByteArray("Z\u00e4hler") << QByteArray("Z\u00e4hler");
        QTest::newRow("escape") << QByteArray("\033]0;title\007") << QByteArray("?]0;title?");
        QTest::newRow("C1") << QByteArray("\xc2\x9b"
                                          "2J")
                            << QByteArray("?2J");
        QTest::newRow("direction") << QByteArray("\u202egnp.exe") << QByteArray("?gnp.exe");
    }

    void aLogDoesNothingToATerminal()
    {
        QFETCH(QByteArray, text);
        QTEST(harmless(text), "shown");
    }
};

QTEST_GUILESS_MAIN(TestTechnicianLogs)
#include "tst_technician_logs.moc"
