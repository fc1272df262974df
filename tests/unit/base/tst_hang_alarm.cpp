// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/HangAlarm.h"

#include <csignal>
#include <QCoreApplication>
#include <QProcess>
#include <QtTest>
#include <unistd.h>

using namespace sgn;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QString hangs = u"--hangs"_s;
const QString lives = u"--lives"_s;
const QString becomes = u"--becomes-one-that-hangs"_s;
constexpr int survived = 7;

// What the test's own process must not be.
int beOneWith(const QString &way)
{
    HangAlarm alarm(1s);
    alarm.start();
    // Out of the event loop, as everything in a program is.
    QTimer::singleShot(100ms, qApp, [&way] {
        if (way == hangs) {
            ::pause();
        } else if (way == becomes) {
            ::execl("/bin/sleep", "sleep", "60", nullptr);
        }
    });
    QTimer::singleShot(2500ms, qApp, [] { QCoreApplication::exit(survived); });
    return QCoreApplication::exec();
}

} // namespace

class TestHangAlarm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void endsOnlyWhatHangs_data()
    {
        QTest::addColumn<QString>("way");
        QTest::addColumn<QProcess::ExitStatus>("status");
        QTest::addColumn<int>("code");
        QTest::newRow("hangs") << hangs << QProcess::CrashExit << SIGALRM;
        QTest::newRow("becomes another program that hangs") << becomes << QProcess::CrashExit << SIGALRM;
        QTest::newRow("lives") << lives << QProcess::NormalExit << survived;
    }

    void endsOnlyWhatHangs()
    {
        QFETCH(const QString, way);
        QFETCH(const QProcess::ExitStatus, status);
        QFETCH(const int, code);
        QProcess process;
        // Whoever starts it may have no use for alarms.
        process.setChildProcessModifier([] { ::signal(SIGALRM, SIG_IGN); });
        process.start(QCoreApplication::applicationFilePath(), {way});
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.exitStatus(), status);
        QCOMPARE(process.exitCode(), code);
    }
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const QString way = QCoreApplication::arguments().value(1);
    if (way == hangs || way == lives || way == becomes) {
        return beOneWith(way);
    }
    TestHangAlarm test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_hang_alarm.moc"
