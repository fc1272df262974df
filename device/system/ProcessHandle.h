// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "system/ExitDescriptor.h"

#include <chrono>
#include <optional>
#include <sys/types.h>

namespace sgn::system {

// How a process ended; neither is known of one that isn't our child.
struct ExitStatus
{
    std::optional<int> code;
    std::optional<int> signal;
};

// Stands for one process and never for a later one with the same number: a pidfd (pidfd_open(2)), or, on kernels before
// 5.3, a descriptor of the process's folder in /proc, which shows nothing of a later process either. With the latter, a
// signal can in theory reach a process that gets the number between a look and the signal.
class ProcessHandle
{
public:
    enum class Kind { Child, Other };

    // For an existing process; its start time is read after the pidfd was opened and while the process still exists.
    [[nodiscard]] static Result<ProcessHandle> open(pid_t pid, Kind kind);
    // The same for one of which it isn't known whether it is our child: a watchdog that has replaced itself keeps those
    // that the old one has started.
    [[nodiscard]] static Result<ProcessHandle> open(pid_t pid);

    [[nodiscard]] pid_t pid() const { return m_pid; }
    [[nodiscard]] quint64 startTime() const { return m_startTime; }
    // Readable once the process has ended; nullopt where the kernel has none such.
    [[nodiscard]] std::optional<int> endDescriptor() const
    {
        return m_descriptor.isPidfd() ? std::optional(m_descriptor.get()) : std::nullopt;
    }
    [[nodiscard]] bool isChild() const { return m_kind == Kind::Child; }

    // Whether the process exists, if only as a zombie, so that what /proc shows under its number is about it.
    [[nodiscard]] bool exists() const;
    [[nodiscard]] bool hasEnded() const;
    // Blocks until it has ended, for so long at most. Where there is an event loop, use ExitNotifier.
    bool waitForEnd(std::chrono::milliseconds limit) const;
    // False when the process is gone.
    bool signal(int number) const;
    // How it ended, once hasEnded(). Gives the number of a child back to the kernel.
    ExitStatus reap();
    // Ends what is left of the group that an ended child led. Only before reap(): until then no other process can get
    // the group's number.
    void killGroup() const;

private:
    ProcessHandle(ExitDescriptor descriptor, pid_t pid, quint64 startTime, Kind kind);

    ExitDescriptor m_descriptor;
    pid_t m_pid;
    quint64 m_startTime;
    Kind m_kind;
};

} // namespace sgn::system
