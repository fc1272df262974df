// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/ProcFs.h"

#include <QtTest>
#include <unistd.h>

using namespace sgn;
using namespace sgn::system;
using namespace Qt::StringLiterals;

class TestProcFs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAStat_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("isValid");
        const QByteArray rest = " 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4242 1 2 3\n";
        const auto named = [&rest](const QByteArray &name) {
            return "77 (" + name + ") S 5 6 7" + rest;
        };
        QTest::newRow("plain") << named("ocr") << true;
        QTest::newRow("space in the name") << named("a b") << true;
        QTest::newRow("brackets in the name") << named("a) R 1 1 1 (b") << true;
        QTest::newRow("the name is a whole line") << named("x) Z 1 2 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0") << true;
        QTest::newRow("line feed in the name") << named("a\nb") << true;
        QTest::newRow("empty name") << named("") << true;
        QTest::newRow("empty") << QByteArray() << false;
        QTest::newRow("no bracket") << QByteArray("77 ocr S 5 6 7") << false;
        QTest::newRow("cut") << named("ocr").left(30) << false;
        QTest::newRow("ends with the name") << QByteArray("77 (ocr)") << false;
        QTest::newRow("no number") << QByteArray("x (ocr) S 5 6 7" + rest) << false;
        QTest::newRow("no parent") << QByteArray("77 (ocr) S x 6 7" + rest) << false;
    }

    void readsAStat()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, isValid);
        const auto stat = parseProcStat(text);
        QCOMPARE(stat.has_value(), isValid);
        if (stat) {
            QCOMPARE(stat->pid, 77);
            QCOMPARE(stat->state, 'S');
            QCOMPARE(stat->parent, 5);
            QCOMPARE(stat->session, 7);
            QCOMPARE(stat->startTime, 4242U);
        }
    }

    void readsItself()
    {
        const auto stat = readProcStat(::getpid());
        QVERIFY(stat.has_value());
        QCOMPARE(stat->parent, ::getppid());
        QCOMPARE(readUser(::getpid()), std::optional(::geteuid()));
        QCOMPARE(readRealUser(::getpid()), std::optional(::getuid()));
        QCOMPARE(QFile::decodeName(readExecutable(::getpid())), QCoreApplication::applicationFilePath());
        QCOMPARE(readArguments(::getpid()).size(), QCoreApplication::arguments().size());
        QVERIFY(!readBootId().isEmpty());
    }

    void findsNothingOfAProcessThatIsNot()
    {
        constexpr pid_t none = 4194304; // one more than the kernel's largest
        QVERIFY(!readProcStat(none) && !readUser(none) && !readRealUser(none));
        QVERIFY(readArguments(none).isEmpty() && readExecutable(none).isEmpty() && readWorkingFolder(none).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestProcFs)
#include "tst_proc_fs.moc"
