// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/Result.h"

#include <chrono>
#include <sys/types.h>

namespace sgn::system {

// What shows whether one process has ended, by whichever way the kernel has: see ProcessHandle, of which it is a part.
class ExitDescriptor
{
public:
    // NotFound where there is no such process, or `pid` is a thread's.
    [[nodiscard]] static Result<ExitDescriptor> open(pid_t pid);

    // A pidfd becomes readable when the process ends; the folder in /proc has to be looked at again.
    [[nodiscard]] bool isPidfd() const { return m_isPidfd; }
    [[nodiscard]] int get() const { return m_fd.get(); }
    [[nodiscard]] bool exists() const;
    [[nodiscard]] bool hasEnded() const;
    bool waitForEnd(std::chrono::milliseconds limit) const;
    bool signal(pid_t pid, int number) const;

private:
    ExitDescriptor(Descriptor fd, bool isPidfd);

    Descriptor m_fd;
    bool m_isPidfd;
};

} // namespace sgn::system
