// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/CallFaults.h"

#include "base/Descriptor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <QElapsedTimer>
#include <QFile>
#include <span>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace sgn::test {

using namespace Qt::StringLiterals;

namespace {

// What an argument of a call names.
enum class Names { Descriptor, Path, PathAt };
enum class Does { Grow, Change, Look, Open };

struct KnownCall
{
    long number = 0;
    const char *name = nullptr;
    Does does = Does::Look;
    Names names = Names::Path;
    unsigned argument = 0; // which names the file; of PathAt the descriptor's, the path follows
    int second = -1;       // of a second name
};

// 64-bit ARM has only the younger half of these.
constexpr std::array knownCalls{
    KnownCall{SYS_openat, "openat", Does::Open, Names::PathAt},
    KnownCall{SYS_write, "write", Does::Grow, Names::Descriptor},
    KnownCall{SYS_writev, "writev", Does::Grow, Names::Descriptor},
    KnownCall{SYS_pwrite64, "pwrite64", Does::Grow, Names::Descriptor},
    KnownCall{SYS_pwritev, "pwritev", Does::Grow, Names::Descriptor},
    KnownCall{SYS_sendfile, "sendfile", Does::Grow, Names::Descriptor},
    KnownCall{SYS_copy_file_range, "copy_file_range", Does::Grow, Names::Descriptor, 2},
    KnownCall{SYS_fallocate, "fallocate", Does::Grow, Names::Descriptor},
    KnownCall{SYS_fsync, "fsync", Does::Change, Names::Descriptor},
    KnownCall{SYS_fdatasync, "fdatasync", Does::Change, Names::Descriptor},
    KnownCall{SYS_syncfs, "syncfs", Does::Change, Names::Descriptor},
    KnownCall{SYS_mkdirat, "mkdirat", Does::Grow, Names::PathAt},
    KnownCall{SYS_symlinkat, "symlinkat", Does::Grow, Names::PathAt, 1},
    KnownCall{SYS_linkat, "linkat", Does::Grow, Names::PathAt, 0, 2},
    KnownCall{SYS_renameat2, "renameat2", Does::Change, Names::PathAt, 0, 2},
    KnownCall{SYS_ftruncate, "ftruncate", Does::Change, Names::Descriptor},
    KnownCall{SYS_unlinkat, "unlinkat", Does::Change, Names::PathAt},
    KnownCall{SYS_fchmod, "fchmod", Does::Change, Names::Descriptor},
    KnownCall{SYS_fchmodat, "fchmodat", Does::Change, Names::PathAt},
    KnownCall{SYS_read, "read", Does::Look, Names::Descriptor},
    KnownCall{SYS_readv, "readv", Does::Look, Names::Descriptor},
    KnownCall{SYS_pread64, "pread64", Does::Look, Names::Descriptor},
    KnownCall{SYS_getdents64, "getdents64", Does::Look, Names::Descriptor},
    KnownCall{SYS_statx, "statx", Does::Look, Names::PathAt},
    KnownCall{SYS_faccessat, "faccessat", Does::Look, Names::PathAt},
#ifdef SYS_newfstatat
    KnownCall{SYS_newfstatat, "newfstatat", Does::Look, Names::PathAt},
#endif
#ifdef SYS_renameat
    KnownCall{SYS_renameat, "renameat", Does::Change, Names::PathAt, 0, 2},
#endif
#ifdef SYS_open
    KnownCall{SYS_open, "open", Does::Open, Names::Path},
    KnownCall{SYS_creat, "creat", Does::Grow, Names::Path},
    KnownCall{SYS_mkdir, "mkdir", Does::Grow, Names::Path},
    KnownCall{SYS_rename, "rename", Does::Change, Names::Path, 0, 1},
    KnownCall{SYS_link, "link", Does::Grow, Names::Path, 0, 1},
    KnownCall{SYS_symlink, "symlink", Does::Grow, Names::Path, 1},
    KnownCall{SYS_unlink, "unlink", Does::Change, Names::Path},
    KnownCall{SYS_rmdir, "rmdir", Does::Change, Names::Path},
    KnownCall{SYS_chmod, "chmod", Does::Change, Names::Path},
    KnownCall{SYS_stat, "stat", Does::Look, Names::Path},
    KnownCall{SYS_lstat, "lstat", Does::Look, Names::Path},
    KnownCall{SYS_access, "access", Does::Look, Names::Path},
#endif
};

#if defined(__x86_64__)
constexpr quint32 architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr quint32 architecture = AUDIT_ARCH_AARCH64;
#elif defined(__arm__)
constexpr quint32 architecture = AUDIT_ARCH_ARM;
#else
constexpr quint32 architecture = 0; // no call is asked about
#endif

// Notifies us of every call of the table that may count.
std::vector<sock_filter> filterFor(CallFault::Calls calls)
{
    std::vector<sock_filter> filter{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    };
    for (const KnownCall &call : knownCalls) {
        if (call.does != Does::Look || calls == CallFault::Calls::All) {
            filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<quint32>(call.number), 0, 1));
            filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
        }
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    return filter;
}

// One descriptor over a socket, by sendmsg and recvmsg, of which no filter notifies.
struct Parcel
{
    char byte = 0;
    iovec vector{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};

    Parcel()
    {
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
    }
};

bool sendDescriptor(int socket, int descriptor)
{
    Parcel parcel;
    cmsghdr *const header = CMSG_FIRSTHDR(&parcel.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    return ::sendmsg(socket, &parcel.message, 0) == 1;
}

int receiveDescriptor(int socket)
{
    Parcel parcel;
    if (::recvmsg(socket, &parcel.message, MSG_CMSG_CLOEXEC) != 1) {
        return -1;
    }
    const cmsghdr *const header = CMSG_FIRSTHDR(&parcel.message);
    int descriptor = -1;
    if (header != nullptr) {
        memcpy(&descriptor, CMSG_DATA(header), sizeof(int));
    }
    return descriptor;
}

// Between fork and exec: nothing that allocates.
[[noreturn]] void becomeProgram(char *const *arguments, const sock_fprog &program, int socket, int output)
{
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        const long listener =
            ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
        if (listener >= 0 && sendDescriptor(socket, static_cast<int>(listener))) {
            ::execv(arguments[0], arguments);
        }
    }
    ::_exit(127);
}

QString linkTarget(const QString &path)
{
    std::array<char, 4096> target{};
    const ssize_t size = ::readlink(path.toLatin1().constData(), target.data(), target.size());
    return size > 0 ? QFile::decodeName(QByteArray(target.data(), size)) : QString();
}

QString textAt(pid_t thread, quint64 address)
{
    const Descriptor memory(::open(u"/proc/%1/mem"_s.arg(thread).toLatin1().constData(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> text{};
    const ssize_t size = ::pread(memory.get(), text.data(), text.size() - 1, static_cast<off_t>(address));
    return size > 0 ? QFile::decodeName(text.data()) : QString();
}

QString pathOfDescriptor(pid_t thread, int descriptor)
{
    return descriptor == AT_FDCWD ? linkTarget(u"/proc/%1/cwd"_s.arg(thread))
                                  : linkTarget(u"/proc/%1/fd/%2"_s.arg(thread).arg(descriptor));
}

QString namedBy(const seccomp_notif &notification, Names names, unsigned argument)
{
    const auto thread = static_cast<pid_t>(notification.pid);
    const std::span arguments(notification.data.args);
    if (names == Names::Descriptor) {
        return pathOfDescriptor(thread, static_cast<int>(arguments[argument]));
    }
    const QString path = textAt(thread, arguments[names == Names::Path ? argument : argument + 1]);
    if (path.startsWith(u'/')) {
        return path;
    }
    const QString base =
        pathOfDescriptor(thread, names == Names::Path ? AT_FDCWD : static_cast<int>(arguments[argument]));
    return path.isEmpty() ? base : base + u'/' + path;
}

bool counts(const KnownCall &call, const seccomp_data &data, CallFault::Calls wanted)
{
    Does does = call.does;
    if (does == Does::Open) {
        const auto flags = static_cast<int>(data.args[call.names == Names::PathAt ? 2 : 1]);
        const bool changes = (flags & (O_TRUNC | O_ACCMODE)) != O_RDONLY;
        does = (flags & O_CREAT) != 0 ? Does::Grow : changes ? Does::Change : Does::Look;
    }
    switch (wanted) {
    case CallFault::Calls::Growing:
        return does == Does::Grow;
    case CallFault::Calls::Changing:
        return does != Does::Look;
    case CallFault::Calls::All:
        return true;
    }
    return false;
}

// "name path", empty when the call is none of those.
QString describe(const seccomp_notif &notification, const QString &folder, CallFault::Calls wanted)
{
    const auto *const call = std::ranges::find(knownCalls, static_cast<long>(notification.data.nr), &KnownCall::number);
    if (call == knownCalls.end() || !counts(*call, notification.data, wanted)) {
        return {};
    }
    const auto isBelow = [&folder](const QString &path) {
        return path == folder || path.startsWith(folder + u'/');
    };
    QString path = namedBy(notification, call->names, call->argument);
    if (!isBelow(path) && call->second >= 0) {
        path = namedBy(notification, call->names, static_cast<unsigned>(call->second));
    }
    return isBelow(path) ? u"%1 %2"_s.arg(QString::fromLatin1(call->name), path) : QString();
}

// Answers the kernel's notifications until the program has ended.
class Supervisor
{
public:
    Supervisor(pid_t program, int listener, QString folder, const CallFault &fault)
        : m_program(program)
        , m_listener(listener)
        , m_folder(std::move(folder))
        , m_fault(fault)
    {}

    void run(FaultyRun &run, std::chrono::milliseconds limit)
    {
        QElapsedTimer elapsed;
        elapsed.start();
        for (;;) {
            pollfd waiting{m_listener, POLLIN, 0};
            const auto left = static_cast<int>(limit.count() - elapsed.elapsed());
            const int ready = left > 0 ? ::poll(&waiting, 1, left) : 0;
            if (ready == 0) {
                run.end = FaultyRun::End::TimedOut;
                ::kill(m_program, SIGKILL);
                return;
            }
            if (ready < 0) {
                continue;
            }
            if ((waiting.revents & POLLIN) == 0) {
                return; // every process with the filter has ended
            }
            if (!answer(run)) {
                ::kill(m_program, SIGKILL);
                return;
            }
        }
    }

private:
    // False when the program is to be killed.
    bool answer(FaultyRun &run)
    {
        seccomp_notif notification{};
        if (::ioctl(m_listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) {
            return true; // it was killed meanwhile
        }
        seccomp_notif_resp response{};
        response.id = notification.id;
        response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        if (const QString call = describe(notification, m_folder, m_fault.calls); !call.isEmpty()) {
            run.calls += call;
            const auto number = static_cast<int>(run.calls.size());
            if (m_fault.kind != CallFault::Kind::None &&
                (number == m_fault.at || (m_fault.stays && number > m_fault.at))) {
                run.isStruck = true;
                if (m_fault.kind == CallFault::Kind::Kill) {
                    return false;
                }
                response.flags = 0;
                response.error = -m_fault.error;
            }
        }
        ::ioctl(m_listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
        return true;
    }

    pid_t m_program;
    int m_listener;
    QString m_folder;
    CallFault m_fault;
};

} // namespace

FaultyRun runWithFault(const QStringList &command, const QString &folder, const CallFault &fault, const QString &output,
                       std::chrono::milliseconds limit)
{
    FaultyRun run;
    QElapsedTimer elapsed;
    elapsed.start();
    std::vector<QByteArray> texts;
    texts.reserve(static_cast<std::size_t>(command.size()));
    for (const QString &argument : command) {
        texts.push_back(QFile::encodeName(argument));
    }
    std::vector<char *> arguments;
    arguments.reserve(texts.size() + 1);
    for (QByteArray &text : texts) {
        arguments.push_back(text.data());
    }
    arguments.push_back(nullptr);
    auto filter = filterFor(fault.calls);
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    std::array<int, 2> sockets{-1, -1};
    const Descriptor log(
        ::open(QFile::encodeName(output).constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0 || !log.isValid()) {
        run.reason = qt_error_string(errno);
        return run;
    }
    const Descriptor ours(sockets[0]);
    Descriptor theirs(sockets[1]);
    const pid_t pid = ::fork();
    if (pid == 0) {
        becomeProgram(arguments.data(), program, theirs.get(), log.get());
    }
    (void)theirs.close();
    const Descriptor listener(receiveDescriptor(ours.get()));
    if (listener.isValid()) {
        run.end = FaultyRun::End::Exited;
        Supervisor(pid, listener.get(), folder, fault).run(run, limit);
    } else {
        run.reason = u"the kernel doesn't let its calls be supervised"_s;
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (WIFEXITED(status)) {
        run.exitCode = WEXITSTATUS(status);
    } else if (run.end == FaultyRun::End::Exited) {
        run.end = FaultyRun::End::Killed;
    }
    run.took = std::chrono::milliseconds(elapsed.elapsed());
    return run;
}

} // namespace sgn::test
