// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/Result.h"

#include <chrono>
#include <QString>
#include <utility>

namespace sgn::system {

// A lock file held by this process (flock(2)), for as long as the object lives; the kernel ends the lock with the
// process, however it ends. The file is made where it is missing and stays. No program that this one starts inherits
// the lock. Movable only.
//
// Errors of all functions: Busy (another process, or another FileLock of this one, holds it), Refused (a link or
// another thing that is no regular file is at `path`), NotFound (no such folder), NoSpace, Io.
class FileLock
{
public:
    // Does not block.
    [[nodiscard]] static Result<FileLock> tryLock(const QString &path);
    // Tries `tries` times, with a pause of `pause` after each failure by Busy; blocks for as long.
    [[nodiscard]] static Result<FileLock> tryLock(const QString &path, int tries, std::chrono::milliseconds pause);
    // Blocks until the lock is free; never Busy.
    [[nodiscard]] static Result<FileLock> waitFor(const QString &path);

    // Whether another process holds the lock now. Holds it itself for a moment to find that out, so its owner-to-be has
    // to try more than once. False if the file can't be opened.
    [[nodiscard]] static bool isHeld(const QString &path);

    FileLock(FileLock &&) noexcept = default;
    FileLock &operator=(FileLock &&) noexcept = default;
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;
    ~FileLock() = default;

private:
    explicit FileLock(Descriptor file)
        : m_file(std::move(file))
    {}

    Descriptor m_file;
};

// The lock of a program of which one runs per device. What else bears its name is quarantined, because without the lock
// the device would be without the program. Busy with the sentence `busy` when another process holds it; else as
// FileLock.
[[nodiscard]] Result<FileLock> lockInstance(const QString &path, const QString &busy);

} // namespace sgn::system
