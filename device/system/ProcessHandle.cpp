// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/ProcessHandle.h"

#include "base/SystemError.h"
#include "system/ProcFs.h"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc 2.36 has wrappers in <sys/pidfd.h>, but older C++ compilers trip over its clash with <linux/pidfd.h>.
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace sgn::system {

using namespace Qt::StringLiterals;

ProcessHandle::ProcessHandle(Descriptor pidfd, pid_t pid, quint64 startTime, Kind kind)
    : m_pidfd(std::move(pidfd))
    , m_pid(pid)
    , m_startTime(startTime)
    , m_kind(kind)
{}

Result<ProcessHandle> ProcessHandle::open(pid_t pid, Kind kind)
{
    Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd.isValid()) {
        return fail(errno == ESRCH || errno == EINVAL ? Error{ErrorCode::NotFound, u"there is no process %1"_s.arg(pid)}
                                                      : systemError(u"cannot watch process %1"_s.arg(pid), errno));
    }
    const auto stat = readProcStat(pid);
    ProcessHandle handle(std::move(pidfd), pid, stat ? stat->startTime : 0, kind);
    if (!stat || !handle.exists()) {
        return fail(ErrorCode::NotFound, u"process %1 has just ended"_s.arg(pid));
    }
    return handle;
}

Result<ProcessHandle> ProcessHandle::open(pid_t pid)
{
    auto handle = open(pid, Kind::Other);
    const auto stat = handle ? readProcStat(pid) : std::nullopt;
    if (stat && stat->parent == ::getpid() && handle->exists()) {
        handle->m_kind = Kind::Child;
    }
    return handle;
}

bool ProcessHandle::exists() const
{
    return ::syscall(SYS_pidfd_send_signal, m_pidfd.get(), 0, nullptr, 0) == 0 || errno == EPERM;
}

bool ProcessHandle::hasEnded() const
{
    pollfd ended{m_pidfd.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) == 1;
}

bool ProcessHandle::signal(int number) const
{
    return ::syscall(SYS_pidfd_send_signal, m_pidfd.get(), number, nullptr, 0) == 0;
}

void ProcessHandle::killGroup() const
{
    if (isChild()) {
        ::kill(-m_pid, SIGKILL);
    }
}

ExitStatus ProcessHandle::reap()
{
    ExitStatus status;
    siginfo_t info{};
    if (!isChild() ||
        ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(m_pidfd.get()), &info, WEXITED | WNOHANG) != 0 ||
        info.si_pid == 0) {
        return status;
    }
    if (info.si_code == CLD_EXITED) {
        status.code = info.si_status;
    } else {
        status.signal = info.si_status;
    }
    return status;
}

} // namespace sgn::system
