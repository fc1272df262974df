// SPDX-License-Identifier: GPL-3.0-or-later
// To be preloaded: moves the wall clock of a program by the seconds in the file SGN_CLOCK_SHIFT, which may change at
// any time. The monotonic clock stays what it is, as on a real device whose time is set.
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

long shift()
{
    const char *const path = std::getenv("SGN_CLOCK_SHIFT");
    const int fd = path != nullptr ? ::open(path, O_RDONLY | O_CLOEXEC) : -1;
    char text[32] = {};
    if (fd < 0) {
        return 0;
    }
    const ssize_t size = ::read(fd, text, sizeof text - 1);
    ::close(fd);
    return size > 0 ? std::strtol(text, nullptr, 10) : 0;
}

} // namespace

// By their symbols, because the system's declarations have names that no other declaration may use.
extern "C" int readClock(clockid_t clock, timespec *now) noexcept asm("clock_gettime");
extern "C" int readTimeOfDay(timeval *now, void *zone) noexcept asm("gettimeofday");
extern "C" time_t readTime(time_t *now) noexcept asm("time");

int readClock(clockid_t clock, timespec *now) noexcept
{
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += shift();
    }
    return result;
}

int readTimeOfDay(timeval *now, void * /*zone*/) noexcept
{
    timespec exact{};
    const int result = readClock(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}

time_t readTime(time_t *now) noexcept
{
    timespec exact{};
    (void)readClock(CLOCK_REALTIME, &exact);
    if (now != nullptr) {
        *now = exact.tv_sec;
    }
    return exact.tv_sec;
}
