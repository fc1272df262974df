// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/Launcher.h"

#include "base/Descriptor.h"
#include "base/SystemError.h"
#include "system/CloseOnExec.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <QFile>
#include <QFileInfo>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

enum class Step : int { Descriptors, Session, User, Privileges, Folder, Check, Exec };

struct Failure
{
    Step step = Step::Exec;
    int error = 0;
};

QString describe(Step step)
{
    switch (step) {
    case Step::Descriptors:
        return u"cannot set up its output"_s;
    case Step::Session:
        return u"cannot give it a session of its own"_s;
    case Step::User:
        return u"cannot become its user"_s;
    case Step::Privileges:
        return u"cannot keep it from gaining other rights"_s;
    case Step::Folder:
        return u"cannot enter its folder"_s;
    case Step::Check:
        return u"another file has taken its place since it was checked"_s;
    case Step::Exec:
        return u"cannot execute it"_s;
    }
    return {};
}

std::vector<char *> pointers(QByteArrayList &texts)
{
    std::vector<char *> list;
    list.reserve(static_cast<size_t>(texts.size()) + 1);
    for (QByteArray &text : texts) {
        list.push_back(text.data());
    }
    list.push_back(nullptr);
    return list;
}

// All that the child needs, made before the fork: between fork and exec only async-signal-safe calls are allowed.
struct ChildPlan
{
    QByteArray program;
    QByteArray folder;
    QByteArrayList argumentTexts;
    QByteArrayList environmentTexts;
    std::vector<char *> arguments;
    std::vector<char *> environment;
    UserAccount account;
    int output;
    bool changeUser;
    QByteArray groupFile; // cgroup.procs of the control group, or empty
    std::optional<FileIdentity> checked;
    bool noNewPrivileges;
};

void resetSignals()
{
    for (int number = 1; number < NSIG; ++number) {
        ::signal(number, SIG_DFL); // KILL and STOP can't be set and needn't
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The watchdog is the last that a machine short of memory should end; its children have no such claim. Without this
// they would inherit the unit's OOMScoreAdjust.
void resetOutOfMemoryScore()
{
    const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        [[maybe_unused]] const ssize_t written = ::write(file, "0", 1);
    }
}

// Without one the session has to do, so this may fail.
void joinControlGroup(const QByteArray &groupFile)
{
    const int file = groupFile.isEmpty() ? -1 : ::open(groupFile.constData(), O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        [[maybe_unused]] const ssize_t written = ::write(file, "0", 1);
    }
}

bool setUpDescriptors(int output)
{
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const int out = output >= 0 ? output : nothing;
    return nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(out, STDOUT_FILENO) >= 0 &&
           ::dup2(out, STDERR_FILENO) >= 0;
}

bool becomeUser(const ChildPlan &plan)
{
    if (!plan.changeUser) {
        return true;
    }
    const UserAccount &account = plan.account;
    return ::setgroups(account.groups.size(), account.groups.data()) == 0 &&
           ::setresgid(account.group, account.group, account.group) == 0 &&
           ::setresuid(account.user, account.user, account.user) == 0 &&
           // Shows that root can't be restored. (Only the self-test of a tree that is root's starts anything as
           // root.)
           (account.user == 0 || ::setuid(0) != 0);
}

bool isScript(int file)
{
    std::array<char, 2> start{};
    return ::pread(file, start.data(), start.size(), 0) == 2 && start[0] == '#' && start[1] == '!';
}

// Becomes the program; returns which step failed. What was checked is what runs: a program is executed by the
// descriptor of that file. A script is opened by its interpreter anew, and learns from the name what it is; its user
// owns the folder, and could make the script do anything as well. The same holds for what the kernel hands to an
// interpreter without a "#!" (binfmt_misc).
Step execute(const ChildPlan &plan)
{
    char *const *const arguments = plan.arguments.data();
    char *const *const environment = plan.environment.data();
    if (plan.checked) {
        int file = ::open(plan.program.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (file < 0 && errno == EACCES) {
            file = ::open(plan.program.constData(), O_PATH | O_CLOEXEC); // may be executed, but not read
        }
        struct stat info
        {
        };
        if (file < 0 || ::fstat(file, &info) != 0) {
            return Step::Exec;
        }
        if (FileIdentity::of(info) != *plan.checked || !S_ISREG(info.st_mode)) {
            errno = ESTALE;
            return Step::Check;
        }
        if (!isScript(file)) {
            ::syscall(SYS_execveat, file, "", arguments, environment, AT_EMPTY_PATH);
            if (errno != ENOENT && errno != ENOSYS) {
                return Step::Exec;
            }
        }
    }
    ::execve(plan.program.constData(), arguments, environment);
    return Step::Exec;
}

[[noreturn]] void runChild(const ChildPlan &plan, int failurePipe)
{
    resetSignals();
    const auto giveUp = [failurePipe](Step step) {
        const Failure failure{step, errno};
        [[maybe_unused]] const ssize_t written = ::write(failurePipe, &failure, sizeof failure);
        ::_exit(127);
    };
    if (plan.changeUser) {
        ::setfsuid(0); // see FileRights
    }
    resetOutOfMemoryScore();
    joinControlGroup(plan.groupFile);
    if (::setsid() < 0) {
        giveUp(Step::Session);
    }
    if (!setUpDescriptors(plan.output)) {
        giveUp(Step::Descriptors);
    }
    if (!becomeUser(plan)) {
        giveUp(Step::User);
    }
    if (plan.noNewPrivileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        giveUp(Step::Privileges);
    }
    ::umask(022);
    if (::chdir(plan.folder.constData()) != 0) {
        giveUp(Step::Folder);
    }
    // Every descriptor of ours is close-on-exec already; this holds for libraries' as well.
    closeOnExec();
    giveUp(execute(plan));
    ::_exit(127);
}

// Empty when the program runs.
std::optional<Failure> readFailure(int pipe, pid_t child)
{
    // Exec of a local file takes well under a millisecond. A child that is stuck on a broken disk must not keep the
    // watchdog from supervising the others.
    constexpr int limitMs = 5000;
    pollfd ready{pipe, POLLIN, 0};
    int count = 0;
    do {
        count = ::poll(&ready, 1, limitMs);
    } while (count < 0 && errno == EINTR);
    if (count == 0) {
        ::kill(child, SIGKILL);
        return Failure{Step::Exec, ETIMEDOUT};
    }
    Failure failure;
    return ::read(pipe, &failure, sizeof failure) == sizeof failure ? std::optional(failure) : std::nullopt;
}

} // namespace

QByteArrayList launchEnvironment(const Launch &what)
{
    QByteArrayList environment{
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "HOME=" + what.account.home,
        "USER=" + what.account.name,
        "LOGNAME=" + what.account.name,
        // Not ours: what the watchdog was started with differs between systemd, cron and a shell.
        "LANG=C.UTF-8",
        // Python keeps back what it prints to a file. Then the last lines before a crash, the very ones the death
        // record is for, would be lost.
        "PYTHONUNBUFFERED=1",
    };
    return environment + what.environment;
}

Result<ProcessHandle> launch(const Launch &what)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return fail(systemError(u"cannot start "_s + what.program, errno));
    }
    Descriptor reading(pipe[0]);
    Descriptor writing(pipe[1]);

    ChildPlan plan{QFile::encodeName(what.program),
                   QFile::encodeName(QFileInfo(what.program).absolutePath()),
                   QByteArrayList{QFile::encodeName(what.program)} + what.arguments,
                   launchEnvironment(what),
                   {},
                   {},
                   what.account,
                   what.output,
                   ::geteuid() == 0,
                   what.group.isEmpty() ? QByteArray() : what.group + "/cgroup.procs",
                   what.checked,
                   what.noNewPrivileges};
    plan.arguments = pointers(plan.argumentTexts);
    plan.environment = pointers(plan.environmentTexts);

    const pid_t child = ::fork();
    if (child < 0) {
        return fail(systemError(u"cannot start "_s + what.program, errno));
    }
    if (child == 0) {
        runChild(plan, writing.get());
    }
    writing = Descriptor();
    if (const auto failure = readFailure(reading.get(), child)) {
        ::waitpid(child, nullptr, 0);
        Error error = systemError(describe(failure->step), failure->error);
        return fail(error.withContext(u"cannot start "_s + what.program));
    }
    return ProcessHandle::open(child, ProcessHandle::Kind::Child);
}

} // namespace sgn::system
