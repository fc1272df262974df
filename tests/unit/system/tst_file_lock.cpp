// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/OddFile.h"
#include "system/FileLock.h"

#include <csignal>
#include <fcntl.h>
#include <QtTest>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <type_traits>
#include <unistd.h>

using namespace sgn;
using namespace sgn::system;
using namespace sgn::test;
using namespace Qt::StringLiterals;

static_assert(!std::is_copy_constructible_v<FileLock> && std::is_nothrow_move_constructible_v<FileLock>);

class TestFileLock : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path(const QString &name = u"lock"_s) const { return m_folder->filePath(name); }

    // In another process; ends it with its answer. That of a lock within the same process is the same with flock().
    [[nodiscard]] static std::optional<ErrorCode> tryElsewhere(const QString &path)
    {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto lock = FileLock::tryLock(path);
            ::_exit(lock ? 0 : 1 + static_cast<int>(lock.error().code));
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        const int code = WEXITSTATUS(status);
        return code == 0 ? std::nullopt : std::optional(static_cast<ErrorCode>(code - 1));
    }

    std::optional<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init() { m_folder.emplace(); }

    void isHeldByOneAtATime()
    {
        QVERIFY(!FileLock::isHeld(path()));
        {
            const auto lock = FileLock::tryLock(path());
            QVERIFY(lock.has_value());
            QCOMPARE(FileLock::tryLock(path()).error().code, ErrorCode::Busy);
            QCOMPARE(tryElsewhere(path()), std::optional(ErrorCode::Busy));
            QVERIFY(FileLock::isHeld(path()));
        }
        QCOMPARE(tryElsewhere(path()), std::nullopt);
        QVERIFY(!FileLock::isHeld(path()));
        QVERIFY(QFile::exists(path()));
    }

    void movesWithItsObject()
    {
        auto first = FileLock::tryLock(path());
        QVERIFY(first.has_value());
        {
            const FileLock second = *std::move(first);
            QVERIFY(FileLock::isHeld(path()));
        }
        QVERIFY(!FileLock::isHeld(path()));
    }

    void endsWithItsProcess()
    {
        std::array<int, 2> ready{};
        QCOMPARE(::pipe(ready.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto lock = FileLock::tryLock(path());
            (void)::write(ready[1], "x", 1);
            ::pause();
            ::_exit(lock ? 0 : 1);
        }
        char byte = 0;
        QCOMPARE(::read(ready[0], &byte, 1), 1);
        QVERIFY(FileLock::isHeld(path()));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        QVERIFY(!FileLock::isHeld(path()));
        ::close(ready[0]);
        ::close(ready[1]);
    }

    void isNotInherited()
    {
        const auto lock = FileLock::tryLock(path());
        QVERIFY(lock.has_value());
        int found = 0;
        const QString file = QFileInfo(path()).canonicalFilePath();
        for (const QString &name : QDir(u"/proc/self/fd"_s).entryList(QDir::Files | QDir::System)) {
            if (QFileInfo(u"/proc/self/fd/"_s + name).symLinkTarget() == file) {
                ++found;
                QVERIFY((::fcntl(name.toInt(), F_GETFD) & FD_CLOEXEC) != 0);
            }
        }
        QCOMPARE(found, 1);
    }

    void triesAsOftenAsAskedTo()
    {
        const auto lock = FileLock::tryLock(path());
        QElapsedTimer timer;
        timer.start();
        const auto second = FileLock::tryLock(path(), 3, std::chrono::milliseconds(20));
        QCOMPARE(second.error().code, ErrorCode::Busy);
        QVERIFY(timer.elapsed() >= 40);
    }

    void getsALockThatBecomesFreeMeanwhile()
    {
        std::array<int, 2> ready{};
        QCOMPARE(::pipe(ready.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto lock = FileLock::tryLock(path());
            (void)::write(ready[1], "x", 1);
            const itimerval moment{{}, {0, 50'000}};
            ::setitimer(ITIMER_REAL, &moment, nullptr); // ends it
            ::pause();
            ::_exit(lock ? 0 : 1);
        }
        char byte = 0;
        QCOMPARE(::read(ready[0], &byte, 1), 1);
        QVERIFY(FileLock::tryLock(path(), 1000, std::chrono::milliseconds(5)).has_value());
        QCOMPARE(::waitpid(child, nullptr, 0), child);
        QVERIFY(FileLock::waitFor(path()).has_value());
        ::close(ready[0]);
        ::close(ready[1]);
    }

    void refusesWhatIsNoRegularFile()
    {
        QVERIFY(QFile::link(u"elsewhere"_s, path(u"link"_s)));
        QCOMPARE(FileLock::tryLock(path(u"link"_s)).error().code, ErrorCode::Refused);
        QVERIFY(!QFile::exists(path(u"elsewhere"_s)));
        QVERIFY(QDir(m_folder->path()).mkdir(u"folder"_s));
        QCOMPARE(FileLock::tryLock(path(u"folder"_s)).error().code, ErrorCode::Refused);
        QCOMPARE(::mkfifo(QFile::encodeName(path(u"pipe"_s)).constData(), 0600), 0);
        QCOMPARE(FileLock::tryLock(path(u"pipe"_s)).error().code, ErrorCode::Refused);
        QVERIFY(!FileLock::isHeld(path(u"pipe"_s)));
    }

    void locksWhateverBearsTheName_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char *kind : {"pipe", "folder", "folder with content", "socket", "link", "link to nothing"}) {
            QTest::newRow(kind) << QString::fromLatin1(kind);
        }
    }

    void locksWhateverBearsTheName()
    {
        QFETCH(const QString, kind);
        QVERIFY(putInPlaceOf(path(), kind));
        const auto lock = lockInstance(path(), u"one runs already"_s);
        QVERIFY2(lock.has_value(), lock ? "" : qPrintable(lock.error().message));
        QVERIFY(FileLock::isHeld(path()));
        QCOMPARE(lockInstance(path(), u"one runs already"_s).error(), (Error{ErrorCode::Busy, u"one runs already"_s}));
        QVERIFY(!QFile::exists(path(u"lock.target"_s)) || QFileInfo(path(u"lock.target"_s)).size() == 6);
    }

    void reportsAMissingFolder()
    {
        QCOMPARE(FileLock::tryLock(path(u"none/lock"_s)).error().code, ErrorCode::NotFound);
        QCOMPARE(FileLock::waitFor(path(u"none/lock"_s)).error().code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestFileLock)
#include "tst_file_lock.moc"
