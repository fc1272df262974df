// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Clock.h"
#include "system/ExitNotifier.h"
#include "system/Launcher.h"

#include <csignal>
#include <fcntl.h>
#include <pthread.h>
#include <QtTest>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace sgn;
using namespace sgn::system;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 30'000; // ms
constexpr std::chrono::milliseconds longTime{patience};

} // namespace

// Runs a second time on an old kernel (tests/support/old_kernel.cpp).
class TestExitNotifier : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] Result<ProcessHandle> start(const QString &program, const QByteArrayList &arguments) const
    {
        return launch({program, arguments, {}, m_account, -1});
    }

    UserAccount m_account;

private Q_SLOTS:
    void initTestCase() { m_account = accountOf(::geteuid()).value(); }

    void reportsTheEndOnce()
    {
        auto process = start(u"/bin/cat"_s, {"/dev/zero"});
        QVERIFY(process);
        ExitNotifier notifier(*process);
        const QSignalSpy ended(&notifier, &ExitNotifier::ended);
        QVERIFY(!process->hasEnded());
        QVERIFY(process->exists());
        QVERIFY(!process->waitForEnd(std::chrono::milliseconds(1)));

        QVERIFY(process->signal(SIGKILL));
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
        QVERIFY(process->hasEnded());
        QVERIFY(process->exists()); // a zombie
        QVERIFY(process->waitForEnd(longTime));
        QCOMPARE(process->reap().signal, SIGKILL);
        QVERIFY(!process->exists());
        QVERIFY(process->hasEnded());
        QVERIFY(!process->signal(SIGKILL));
        QCOMPARE(ended.size(), 1);
    }

    void isSilentAfterStop()
    {
        auto process = start(u"/bin/cat"_s, {"/dev/zero"});
        auto other = start(u"/bin/cat"_s, {"/dev/zero"});
        QVERIFY(process && other);
        ExitNotifier stopped(*process);
        const QSignalSpy silent(&stopped, &ExitNotifier::ended);
        stopped.stop();
        process->signal(SIGKILL);
        QVERIFY(process->waitForEnd(longTime));
        // What ends later is reported later.
        ExitNotifier notifier(*other);
        const QSignalSpy ended(&notifier, &ExitNotifier::ended);
        other->signal(SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
        QVERIFY(silent.isEmpty());
        process->reap();
        other->reap();
    }

    void knowsExitCodes()
    {
        auto process = start(u"/bin/sh"_s, {"-c", "exit 7"});
        QVERIFY(process);
        QVERIFY(process->waitForEnd(longTime));
        QCOMPARE(process->reap().code, 7);
    }

    void opensNoThread()
    {
        std::atomic<pid_t> thread = 0;
        std::atomic<bool> isEnough = false;
        std::thread other([&] {
            thread = static_cast<pid_t>(::syscall(SYS_gettid));
            thread.notify_one();
            isEnough.wait(false);
        });
        thread.wait(0);
        const auto opened = ProcessHandle::open(thread, ProcessHandle::Kind::Other);
        isEnough = true;
        isEnough.notify_one();
        other.join();
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::NotFound);
    }

    void opensNothingThatIsGone()
    {
        auto process = start(u"/bin/true"_s, {});
        QVERIFY(process);
        QVERIFY(process->waitForEnd(longTime));
        process->reap();
        const auto opened = ProcessHandle::open(process->pid(), ProcessHandle::Kind::Other);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::NotFound);
    }

    // Whatever the kernel can, a child gets no descriptor of ours, not even one that a library has left open.
    void leavesNoDescriptorToChildren()
    {
        const int leaked = ::open("/dev/null", O_RDONLY);
        QVERIFY(leaked >= 3);
        const QByteArray test = "test ! -e /proc/self/fd/" + QByteArray::number(leaked);
        auto process = start(u"/bin/sh"_s, {"-c", test});
        QVERIFY(process);
        QVERIFY(process->waitForEnd(longTime));
        ::close(leaked);
        QCOMPARE(process->reap().code, 0);
    }
};

QTEST_GUILESS_MAIN(TestExitNotifier)
#include "tst_exit_notifier.moc"
