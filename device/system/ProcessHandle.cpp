// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/ProcessHandle.h"

#include "system/ProcFs.h"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace sgn::system {

using namespace Qt::StringLiterals;

ProcessHandle::ProcessHandle(ExitDescriptor descriptor, pid_t pid, quint64 startTime, Kind kind)
    : m_descriptor(std::move(descriptor))
    , m_pid(pid)
    , m_startTime(startTime)
    , m_kind(kind)
{}

Result<ProcessHandle> ProcessHandle::open(pid_t pid, Kind kind)
{
    auto descriptor = ExitDescriptor::open(pid);
    if (!descriptor) {
        return fail(std::move(descriptor).error());
    }
    const auto stat = readProcStat(pid);
    ProcessHandle handle(*std::move(descriptor), pid, stat ? stat->startTime : 0, kind);
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
    return m_descriptor.exists();
}

bool ProcessHandle::hasEnded() const
{
    return m_descriptor.hasEnded();
}

bool ProcessHandle::waitForEnd(std::chrono::milliseconds limit) const
{
    return m_descriptor.waitForEnd(limit);
}

bool ProcessHandle::signal(int number) const
{
    return m_descriptor.signal(m_pid, number);
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
    // Until then the number of a child is no other process's.
    if (!isChild() || ::waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) {
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
