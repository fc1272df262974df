// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into a program, it moves its wall clock by the seconds in the file that SGN_WALL_CLOCK_OFFSET names, as a
// Pi's clock jumps when the network comes. The monotonic clocks stay true.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

long offset()
{
    const char *const path = std::getenv("SGN_WALL_CLOCK_OFFSET");
    std::FILE *const file = path == nullptr ? nullptr : std::fopen(path, "r");
    long seconds = 0;
    if (file != nullptr) {
        if (std::fscanf(file, "%ld", &seconds) != 1) {
            seconds = 0;
        }
        std::fclose(file);
    }
    return seconds;
}

} // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec *time) noexcept
{
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        time->tv_sec += offset();
    }
    return result;
}

int gettimeofday(timeval *time, void * /*zone*/) noexcept
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *time) noexcept
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (time != nullptr) {
        *time = now.tv_sec;
    }
    return now.tv_sec;
}

} // extern "C"
