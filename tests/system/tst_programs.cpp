// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTest>

using namespace Qt::StringLiterals;

// Every program prints what it is without anything around it: no screen, no home, no configuration.
class ProgramsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void introducesItself_data()
    {
        QTest::addColumn<QString>("program");
        for (const char *name :
             {"sgn-agent", "sgn-watchdog", "sgn-provision", "sgn-device", "sgn-sim", "sgnctl", "sgn-dashboard"}) {
            QTest::newRow(name) << QString::fromLatin1(name);
        }
    }

    void introducesItself()
    {
        QFETCH(const QString, program);
        QProcess process;
        QProcessEnvironment bare;
        bare.insert(u"PATH"_s, u"/usr/bin:/bin"_s);
        process.setProcessEnvironment(bare);
        const auto answer = [&](const QString &option) {
            process.start(QStringLiteral(SGN_BIN_DIR "/") + program, {option});
            return process.waitForFinished(60'000) && process.exitStatus() == QProcess::NormalExit &&
                           process.exitCode() == 0
                       ? process.readAllStandardOutput()
                       : QByteArray();
        };
        QVERIFY2(answer(u"--version"_s).startsWith(program.toLatin1() + ' '), process.readAllStandardError());
        QVERIFY2(answer(u"--help"_s).contains("Example:\n  " + program.toLatin1()), process.readAllStandardError());
    }
};

QTEST_GUILESS_MAIN(ProgramsTest)
#include "tst_programs.moc"
