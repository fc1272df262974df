// SPDX-License-Identifier: GPL-3.0-or-later
// old_kernel PROGRAM [ARGUMENT]...: runs a program as a kernel 4.19 would, which Raspbian Buster has: calls that are
// younger are unknown to it and to all that it starts.
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// What our programs, Qt and the C library use of them; in brackets the kernel that brought it.
constexpr std::array unknownCalls{
    SCMP_SYS(pidfd_send_signal), // 5.1
    SCMP_SYS(clone3),            // 5.3
    SCMP_SYS(pidfd_open),        // 5.3
    SCMP_SYS(openat2),           // 5.6
    SCMP_SYS(pidfd_getfd),       // 5.6
    SCMP_SYS(faccessat2),        // 5.8
    SCMP_SYS(close_range),       // 5.9
    SCMP_SYS(epoll_pwait2),      // 5.11
};

int failed(const char *what, int error)
{
    std::fprintf(stderr, "old_kernel: %s: %s\n", what, std::strerror(error));
    return 127;
}

} // namespace

int main(int argc, char *argv[])
{
    if (argc < 2) {
        std::fputs("Usage: old_kernel PROGRAM [ARGUMENT]...\n", stderr);
        return 2;
    }
    scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr) {
        return failed("no filter", ENOMEM);
    }
    for (const int call : unknownCalls) {
        if (const int added = ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0); added != 0) {
            return failed("no rule", -added);
        }
    }
    // waitid(P_PIDFD) [5.4]
    constexpr scmp_datum_t pidfdType = 3;
    if (const int added =
            ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(waitid), 1, SCMP_A0(SCMP_CMP_EQ, pidfdType, 0));
        added != 0) {
        return failed("no rule", -added);
    }
    // Only root may have it without: set-user-ID programs (sudo, fusermount) would otherwise lose their rights.
    ::seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, ::geteuid() == 0 ? 0 : 1);
    if (const int loaded = ::seccomp_load(filter); loaded != 0) {
        return failed("the filter isn't taken", -loaded);
    }
    ::execvp(argv[1], argv + 1);
    return failed(argv[1], errno);
}
