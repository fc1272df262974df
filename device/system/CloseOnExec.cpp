// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/CloseOnExec.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sgn::system {

namespace {

constexpr unsigned firstOther = 3;
constexpr unsigned closeOnExecFlag = 1U << 2; // CLOSE_RANGE_CLOEXEC
// More than a device's programs ever have open; the limit itself can be a billion.
constexpr rlim_t mostDescriptors = 65536;

} // namespace

void closeOnExec()
{
    if (::syscall(SYS_close_range, firstOther, ~0U, closeOnExecFlag) == 0) {
        return;
    }
    rlimit limit{};
    const rlim_t end =
        ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? std::min(limit.rlim_cur, mostDescriptors) : mostDescriptors;
    for (unsigned fd = firstOther; fd < end; ++fd) {
        ::fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC);
    }
}

} // namespace sgn::system
