// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Log.h"
#include "support/OddFile.h"

#include <QLoggingCategory>
#include <QRegularExpression>
#include <QtTest>

Q_LOGGING_CATEGORY(lcTest, "sgn.test")

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// The log has one file for the life of a program, so the cases share it and look at what they add.
class TestLog : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_path = m_folder.filePath(u"agent.log"_s);
    qint64 m_seen = 0;

    [[nodiscard]] QString added()
    {
        QFile file(m_path);
        if (!file.open(QIODevice::ReadOnly) || !file.seek(m_seen)) {
            return {};
        }
        const QByteArray text = file.readAll();
        m_seen += text.size();
        return QString::fromUtf8(text);
    }

private Q_SLOTS:
    void initTestCase() { installLog(m_path); }

    // QtTest puts its own handler in place for every function.
    void init() { installLog(m_path); }

    void writesOneLineWithTimeLevelAndCategory()
    {
        qCInfo(lcTest) << "hello" << 7;
        qCCritical(lcTest, "broken");
        qWarning("plain");
        const QStringList lines = added().split(u'\n');
        QCOMPARE(lines.size(), 4);
        static const QRegularExpression time(u"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z "_s);
        for (const QString &line : lines.first(3)) {
            QVERIFY2(time.match(line).hasMatch(), qPrintable(line));
        }
        QVERIFY(lines.at(0).endsWith(u"Z info sgn.test: hello 7"_s));
        QVERIFY(lines.at(1).endsWith(u"Z error sgn.test: broken"_s));
        QVERIFY(lines.at(2).endsWith(u"Z warning default: plain"_s));
    }

    void escapesWhatCouldForgeLines_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("logged");
        QTest::newRow("plain") << u"meter 7: 12.5 °C 水 मीटर 🙂"_s
                               << u"meter 7: 12.5 °C 水 मीटर 🙂"_s;
        QTest::newRow("line break") << u"a\n2026-01-31T12:00:00.000Z error sgn: forged"_s
                                    << u"a\\n2026-01-31T12:00:00.000Z error sgn: forged"_s;
        QTest::newRow("carriage return") << u"a\rb"_s << u"a\\x0db"_s;
        QTest::newRow("terminal sequence") << u"\x1b[2Jgone"_s << u"\\x1b[2Jgone"_s;
        QTest::newRow("8-bit terminal sequence") << u"\u009b2Jgone"_s << u"\\x9b2Jgone"_s;
        QTest::newRow("next line") << u"a\u0085b"_s << u"a\\x85b"_s;
        QTest::newRow("line separator") << u"a\u2028b\u2029c"_s << u"a\\x2028b\\x2029c"_s;
        QTest::newRow("turned order") << u"a\u202eb\u2066c"_s << u"a\\x202eb\\x2066c"_s;
        QTest::newRow("NUL") << u"a"_s + QChar(0) + u'b' << u"a\\x00b"_s;
        QTest::newRow("delete") << u"a\u007f"_s << u"a\\x7f"_s;
        QTest::newRow("endless") << QString(100'000, u'x') << QString(16 * 1024, u'x') + u" …"_s;
    }

    void escapesWhatCouldForgeLines()
    {
        QFETCH(QString, text);
        QFETCH(QString, logged);
        qCWarning(lcTest).noquote() << text;
        const QString line = added();
        QCOMPARE(line.count(u'\n'), 1);
        QCOMPARE(line.section(u"sgn.test: "_s, 1), logged + u'\n');
    }

    void writesAgainWhenTheFileCanBeOpenedAgain()
    {
        const QString later = m_folder.filePath(u"later/agent.log"_s);
        installLog(later);
        qCInfo(lcTest, "lost");
        QVERIFY(QDir(m_folder.path()).mkdir(u"later"_s));
        qCInfo(lcTest, "kept");
        QFile file(later);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().endsWith("sgn.test: kept\n"));
    }

    void quarantinesWhatBearsItsName_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char *kind : {"pipe", "folder with content", "socket", "link", "link to nothing"}) {
            QTest::newRow(kind) << QString::fromLatin1(kind);
        }
    }

    void quarantinesWhatBearsItsName()
    {
        QFETCH(const QString, kind);
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"watchdog.log"_s);
        QVERIFY(putInPlaceOf(path, kind));
        installLog(path);
        qCInfo(lcTest) << "still written";
        installLog(m_path);
        QFile file(path);
        QVERIFY(QFileInfo(path).isFile() && !QFileInfo(path).isSymLink() && file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().endsWith("still written\n"));
        QVERIFY(QFileInfo(path + u".damaged"_s).isSymLink() || QFileInfo::exists(path + u".damaged"_s));
    }

    void staysBoundedWhenItCannotRotate()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"watchdog.log"_s);
        for (int i = 1; i <= 3; ++i) {
            QVERIFY(QDir().mkpath(path + u".%1/content"_s.arg(i)));
        }
        installLog(path);
        const QByteArray line(10'000, 'x');
        for (int i = 0; i < 250; ++i) {
            qCInfo(lcTest) << line.constData();
        }
        qCInfo(lcTest) << "the newest";
        installLog(m_path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly) && file.size() <= 1024 * 1024);
        QVERIFY(file.readAll().endsWith("the newest\n"));
    }

    void rotatesAndKeepsThreeOlderFiles()
    {
        const QString padding(1000, u'p');
        constexpr int lines = 6000;
        for (int i = 0; i < lines; ++i) {
            qCDebug(lcTest).noquote() << padding << i;
        }
        const QStringList names = QDir(m_folder.path()).entryList(QDir::Files, QDir::Name);
        QCOMPARE(names, (QStringList{u"agent.log"_s, u"agent.log.1"_s, u"agent.log.2"_s, u"agent.log.3"_s}));
        // No line is lost or out of order from the oldest file to the newest.
        int expected = -1;
        for (const QString &name : {u"agent.log.3"_s, u"agent.log.2"_s, u"agent.log.1"_s, u"agent.log"_s}) {
            QFile file(m_folder.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY(file.size() <= 1024 * 1024);
            while (!file.atEnd()) {
                const int number = file.readLine().trimmed().split(' ').last().toInt();
                if (expected >= 0) {
                    QCOMPARE(number, expected);
                }
                expected = number + 1;
            }
        }
        QCOMPARE(expected, lines);
    }
};

QTEST_GUILESS_MAIN(TestLog)
#include "tst_log.moc"
