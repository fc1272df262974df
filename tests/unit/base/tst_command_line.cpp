// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/CommandLine.h"

#include <QProcess>
#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

// CommandLine ends the program, so each case runs this program once more with "as-a-program" in front of its arguments.
class TestCommandLine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answers_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QByteArray>("out");
        QTest::addColumn<QByteArray>("err");
        const QByteArray none;
        const QByteArray range = "meter: --port takes a whole number from 1 to 65535, not '";
        QTest::newRow("good") << QStringList{u"--port"_s, u"4951"_s} << 0 << QByteArray("port 4951\n") << none;
        QTest::newRow("lowest") << QStringList{u"--port=1"_s} << 0 << QByteArray("port 1\n") << none;
        QTest::newRow("help") << QStringList{u"--help"_s} << 0 << QByteArray("Example:\n  meter --port 4951\n") << none;
        QTest::newRow("its table") << QStringList{u"--describe"_s} << 0
                                   << QByteArray("            \"value\": \"NUMBER\"\n        }\n    ]\n}\n") << none;
        QTest::newRow("version") << QStringList{u"--version"_s} << 0 << QByteArray("meter 1.2\n") << none;
        QTest::newRow("too high") << QStringList{u"--port"_s, u"65536"_s} << 2 << none << range + "65536'";
        QTest::newRow("too low") << QStringList{u"--port"_s, u"0"_s} << 2 << none << range + "0'";
        QTest::newRow("negative") << QStringList{u"--port=-1"_s} << 2 << none << range + "-1'";
        QTest::newRow("text") << QStringList{u"--port"_s, u"http"_s} << 2 << none << range + "http'";
        QTest::newRow("with a unit") << QStringList{u"--port"_s, u"4951x"_s} << 2 << none << range + "4951x'";
        QTest::newRow("overflow") << QStringList{u"--port"_s, u"4294967297"_s} << 2 << none << range + "4294967297'";
        QTest::newRow("empty") << QStringList{u"--port="_s} << 2 << none << range + "'";
        QTest::newRow("unknown option") << QStringList{u"--prot"_s, u"1"_s} << 2 << none
                                        << QByteArray("meter: Unknown option 'prot' (see");
        QTest::newRow("no value") << QStringList{u"--port"_s} << 2 << none
                                  << QByteArray("Missing value after '--port' (see");
    }

    void answers()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QByteArray, out);
        QFETCH(QByteArray, err);
        QProcess process;
        process.start(QCoreApplication::applicationFilePath(), QStringList{u"as-a-program"_s} + arguments);
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), exitCode);
        const QByteArray written = process.readAllStandardOutput();
        const QByteArray complaint = process.readAllStandardError().replace("tst_command_line", "meter");
        QVERIFY2(written.endsWith(out), written);
        QVERIFY2(complaint.contains(err), complaint);
        QCOMPARE(complaint.count('\n'), exitCode == 0 ? 0 : 1);
        QCOMPARE(written.isEmpty(), exitCode != 0);
    }
};

namespace {

int runAsAProgram(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"meter"_s);
    QCoreApplication::setApplicationVersion(u"1.2"_s);
    CommandLine commandLine(u"A program."_s, u"meter --port 4951"_s);
    commandLine.addOption({u"port"_s, u"A port."_s, u"NUMBER"_s});
    QStringList arguments = QCoreApplication::arguments();
    arguments.removeAt(1);
    commandLine.process(arguments);
    std::printf("port %d\n", commandLine.number(u"port"_s, 1, 65535));
    return ExitDone;
}

} // namespace

int main(int argc, char *argv[])
{
    if (argc > 1 && qstrcmp(argv[1], "as-a-program") == 0) {
        return runAsAProgram(argc, argv);
    }
    const QCoreApplication application(argc, argv);
    TestCommandLine test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_command_line.moc"
