// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/ExitDescriptor.h"

#include "base/Clock.h"
#include "base/SystemError.h"
#include "system/ProcFs.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <QByteArray>
#include <sys/syscall.h>
#include <unistd.h>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

// Between two looks at a process whose end the kernel doesn't report.
constexpr std::chrono::milliseconds lookInterval{50};

// A file of the process's folder; empty once the process is gone, whatever has its number then.
QByteArray readIn(int folder, const char *name)
{
    const Descriptor file(::openat(folder, name, O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> text{};
    const ssize_t n = file.isValid() ? ::read(file.get(), text.data(), text.size()) : 0;
    return {text.data(), std::max<ssize_t>(n, 0)};
}

Result<Descriptor> openFolder(pid_t pid)
{
    Descriptor folder(::open(("/proc/" + QByteArray::number(pid)).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.isValid() && errno != ENOENT) {
        return fail(systemError(u"cannot watch process %1"_s.arg(pid), errno));
    }
    const bool isProcess =
        folder.isValid() && readIn(folder.get(), "status").contains("\nTgid:\t" + QByteArray::number(pid) + '\n');
    return isProcess ? Result<Descriptor>(std::move(folder))
                     : fail(ErrorCode::NotFound, u"there is no process %1"_s.arg(pid));
}

} // namespace

ExitDescriptor::ExitDescriptor(Descriptor fd, bool isPidfd)
    : m_fd(std::move(fd))
    , m_isPidfd(isPidfd)
{}

Result<ExitDescriptor> ExitDescriptor::open(pid_t pid)
{
    Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (pidfd.isValid()) {
        return ExitDescriptor(std::move(pidfd), true);
    }
    if (errno != ENOSYS) {
        return fail(errno == ESRCH || errno == EINVAL ? Error{ErrorCode::NotFound, u"there is no process %1"_s.arg(pid)}
                                                      : systemError(u"cannot watch process %1"_s.arg(pid), errno));
    }
    auto folder = openFolder(pid);
    return folder ? Result<ExitDescriptor>(ExitDescriptor(*std::move(folder), false)) : fail(folder.error());
}

bool ExitDescriptor::exists() const
{
    if (!m_isPidfd) {
        return !readIn(m_fd.get(), "stat").isEmpty();
    }
    return ::syscall(SYS_pidfd_send_signal, m_fd.get(), 0, nullptr, 0) == 0 || errno == EPERM;
}

bool ExitDescriptor::hasEnded() const
{
    if (m_isPidfd) {
        pollfd ended{m_fd.get(), POLLIN, 0};
        return ::poll(&ended, 1, 0) == 1;
    }
    const auto stat = parseProcStat(readIn(m_fd.get(), "stat"));
    // A leader is a zombie before its last thread ends, and can't be reaped until then.
    return !stat || ((stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1);
}

bool ExitDescriptor::waitForEnd(std::chrono::milliseconds limit) const
{
    if (m_isPidfd) {
        pollfd ended{m_fd.get(), POLLIN, 0};
        return ::poll(&ended, 1, static_cast<int>(limit.count())) == 1;
    }
    const SystemClock clock;
    const MonotonicTime end = clock.monotonic() + limit;
    while (!hasEnded()) {
        const MonotonicTime left = end - clock.monotonic();
        if (left <= MonotonicTime::zero()) {
            return false;
        }
        ::poll(nullptr, 0, static_cast<int>(std::min<MonotonicTime>(left, lookInterval).count()));
    }
    return true;
}

bool ExitDescriptor::signal(pid_t pid, int number) const
{
    return m_isPidfd ? ::syscall(SYS_pidfd_send_signal, m_fd.get(), number, nullptr, 0) == 0
                     : exists() && ::kill(pid, number) == 0;
}

} // namespace sgn::system
