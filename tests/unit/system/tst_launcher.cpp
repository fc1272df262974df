// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/Launcher.h"
#include "system/ProcFs.h"

#include <csignal>
#include <fcntl.h>
#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::system;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 30'000; // ms

} // namespace

class TestLauncher : public QObject
{
    Q_OBJECT

private:
    QString add(const QByteArray &content, mode_t mode = 0755) const
    {
        const QString path = m_folder->filePath(u"program"_s);
        QFile file(path);
        if (file.open(QIODevice::WriteOnly)) {
            file.write(content);
            file.close();
        }
        ::chmod(QFile::encodeName(path).constData(), mode);
        return QFileInfo(path).canonicalFilePath();
    }
    [[nodiscard]] Launch launchOf(const QString &program) const { return {program, {}, {}, m_account, m_output.get()}; }
    // Runs a program until it ends by itself; what it has written.
    [[nodiscard]] QByteArray outputOf(const Launch &what)
    {
        auto process = launch(what);
        if (!process || !QTest::qWaitFor([&] { return process->hasEnded(); }, patience)) {
            return "<did not run>";
        }
        m_status = process->reap();
        QFile file(m_folder->filePath(u"output"_s));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    UserAccount m_account;
    std::optional<QTemporaryDir> m_folder;
    Descriptor m_output;
    ExitStatus m_status;

private Q_SLOTS:
    void initTestCase() { m_account = accountOf(::geteuid()).value(); }
    void init()
    {
        m_folder.emplace();
        m_output = Descriptor(::open(QFile::encodeName(m_folder->filePath(u"output"_s)).constData(),
                                     O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
        QVERIFY(m_output.isValid());
    }

    void makesItsOwnEnvironment()
    {
        qputenv("SGN_TEST_SECRET", "x");
        Launch what;
        what.account = {1000, 1000, {}, "pi", "/home/pi"};
        what.environment = {"SGN_HEARTBEAT_PORT=4951"};
        QByteArrayList environment = launchEnvironment(what);
        QCOMPARE(environment,
                 (QByteArrayList{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/home/pi", "USER=pi", "LOGNAME=pi",
                                 "LANG=C.UTF-8", "PYTHONUNBUFFERED=1", "SGN_HEARTBEAT_PORT=4951"}));
        const QByteArray seen = outputOf(launchOf(add("#!/bin/sh\nexec env\n")));
        QVERIFY(seen.contains("PATH=/usr/local/bin:/usr/bin:/bin"));
        QVERIFY(!seen.contains("SGN_TEST_SECRET"));
    }

    void givesAProgramNothingOfOurs()
    {
        // Without close-on-exec, as a library might open one.
        const Descriptor leak(::open("/dev/null", O_RDONLY)); // NOLINT(android-cloexec-open)
        QVERIFY(leak.isValid());
        const QByteArray seen = outputOf(launchOf(
            add("#!/bin/sh\nls /proc/$$/fd | tr '\\n' ' '\npwd\nreadlink /proc/$$/fd/0\numask\necho \"$0 $*\"\n")));
        const QByteArrayList lines = seen.split('\n');
        const QByteArrayList descriptors = lines.front().left(lines.front().indexOf('/')).simplified().split(' ');
        QVERIFY2(!descriptors.contains(QByteArray::number(leak.get())), seen.constData());
        QVERIFY(lines[0].endsWith(QFile::encodeName(QFileInfo(m_folder->path()).canonicalFilePath())));
        QCOMPARE(lines[1], "/dev/null"_ba);
        QCOMPARE(lines[2], "0022"_ba);
        QCOMPARE(m_status.code, std::optional(0));
    }

    void passesArgumentsAsTheyAre()
    {
        Launch what = launchOf(add("#!/bin/sh\nfor a; do echo \"[$a]\"; done\n"));
        what.arguments = {"a b", "$(id)", "", "'\"", "*"};
        QCOMPARE(outputOf(what), "[a b]\n[$(id)]\n[]\n['\"]\n[*]\n"_ba);
    }

    void keepsAProgramFromGainingRights_data()
    {
        QTest::addColumn<bool>("noNewPrivileges");
        QTest::addColumn<QByteArray>("seen");
        QTest::newRow("kept") << true << "NoNewPrivs:\t1\n"_ba;
        QTest::newRow("as pi's scripts, which may use sudo") << false << "NoNewPrivs:\t0\n"_ba;
    }
    void keepsAProgramFromGainingRights()
    {
        QFETCH(const bool, noNewPrivileges);
        Launch what = launchOf(add("#!/bin/sh\nexec grep NoNewPrivs /proc/self/status\n"));
        what.noNewPrivileges = noNewPrivileges;
        QTEST(outputOf(what), "seen");
    }

    void givesAProgramASessionOfItsOwn()
    {
        auto process = launch(launchOf(add("#!/bin/sh\nexec sleep 1000\n")));
        QVERIFY(process.has_value());
        const auto stat = readProcStat(process->pid());
        QVERIFY(stat.has_value());
        QCOMPARE(stat->session, process->pid());
        QCOMPARE(stat->startTime, process->startTime());
        QVERIFY(process->isChild() && process->exists() && !process->hasEnded());
        QVERIFY(process->signal(SIGKILL));
        QTRY_VERIFY_WITH_TIMEOUT(process->hasEnded(), patience);
        QCOMPARE(process->reap().signal, std::optional(SIGKILL));
        QVERIFY(!process->exists());
        QVERIFY(!process->signal(SIGKILL));
    }

    void reportsWhyAProgramCannotRun_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<uint>("mode");
        QTest::addColumn<QString>("reason");
        QTest::newRow("no interpreter") << QByteArray("#!/no/such/interpreter\n") << 0755U << u"cannot execute it"_s;
        QTest::newRow("no program") << QByteArray("\x7f"
                                                  "ELF nonsense")
                                    << 0755U << u"cannot execute it"_s;
        QTest::newRow("not executable") << QByteArray("#!/bin/sh\n") << 0644U << u"cannot execute it"_s;
    }

    void reportsWhyAProgramCannotRun()
    {
        QFETCH(QByteArray, content);
        QFETCH(uint, mode);
        QFETCH(QString, reason);
        const auto process = launch(launchOf(add(content, mode)));
        QVERIFY(!process.has_value());
        QVERIFY2(process.error().message.contains(reason), qPrintable(process.error().message));
    }

    void startsOnlyTheFileThatWasChecked_data()
    {
        QTest::addColumn<QByteArray>("content");
        QFile program(u"/bin/true"_s);
        QVERIFY(program.open(QIODevice::ReadOnly));
        QTest::newRow("a script") << QByteArray("#!/bin/sh\nexit 0\n");
        QTest::newRow("a program") << program.readAll();
    }

    void startsOnlyTheFileThatWasChecked()
    {
        QFETCH(QByteArray, content);
        Launch what = launchOf(add(content));
        struct stat info
        {
        };
        QVERIFY(::stat(QFile::encodeName(what.program).constData(), &info) == 0);
        what.checked = FileIdentity::of(info);
        QCOMPARE(outputOf(what), QByteArray());
        QCOMPARE(m_status.code, std::optional(0));
        // The owner of the folder puts another one in its place between the check and the start.
        const QString checked = what.program + u".checked"_s;
        QVERIFY(QFile::rename(what.program, checked));
        add("#!/bin/sh\necho another program\n");
        const auto process = launch(what);
        QVERIFY(!process.has_value());
        QVERIFY2(process.error().message.contains(u"another file has taken its place"_s),
                 qPrintable(process.error().message));
        QFile output(m_folder->filePath(u"output"_s));
        QVERIFY(output.open(QIODevice::ReadOnly) && output.readAll().isEmpty());
    }

    void startsAProgramByTheNameOfItsLink()
    {
        const QString target = add("#!/bin/sh\necho \"$0\"\n");
        Launch what = launchOf(QFileInfo(target).absolutePath() + u"/link"_s);
        QVERIFY(QFile::link(target, what.program));
        struct stat info
        {
        };
        QVERIFY(::stat(QFile::encodeName(target).constData(), &info) == 0);
        what.checked = FileIdentity::of(info);
        QCOMPARE(outputOf(what), QFile::encodeName(what.program) + '\n');
    }

    void aPipeInTheProgramsPlaceStopsNothing()
    {
        Launch what = launchOf(add("#!/bin/sh\n"));
        what.checked = FileIdentity{1, 1};
        QVERIFY(QFile::remove(what.program));
        QVERIFY(::mkfifo(QFile::encodeName(what.program).constData(), 0755) == 0);
        QVERIFY(!launch(what).has_value());
    }

    void reportsAFolderThatIsGone()
    {
        const auto process = launch(launchOf(m_folder->filePath(u"none/program"_s)));
        QVERIFY(!process.has_value());
        QVERIFY2(process.error().message.contains(u"cannot enter its folder"_s), qPrintable(process.error().message));
    }
};

QTEST_GUILESS_MAIN(TestLauncher)
#include "tst_launcher.moc"
