// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/FileLock.h"

#include "base/RegularFile.h"
#include "base/StateFile.h"
#include "base/SystemError.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

// Not through a link, which could have another file locked or made.
Result<Descriptor> openLockFile(const QString &path)
{
    return openRegularFile(path, O_RDWR | O_CREAT, 0600);
}

Outcome lock(const Descriptor &file, const QString &path, int operation)
{
    while (::flock(file.get(), operation) != 0) {
        if (errno == EINTR) {
            continue;
        }
        return errno == EWOULDBLOCK ? fail(ErrorCode::Busy, u"another process holds "_s + path)
                                    : fail(systemError(u"cannot lock "_s + path, errno));
    }
    return {};
}

} // namespace

Result<FileLock> FileLock::tryLock(const QString &path)
{
    return tryLock(path, 1, {});
}

Result<FileLock> FileLock::tryLock(const QString &path, int tries, std::chrono::milliseconds pause)
{
    auto file = openLockFile(path);
    if (!file) {
        return fail(std::move(file).error());
    }
    Outcome locked = lock(*file, path, LOCK_EX | LOCK_NB);
    for (int i = 1; i < tries && !locked && locked.error().code == ErrorCode::Busy; ++i) {
        std::this_thread::sleep_for(pause);
        locked = lock(*file, path, LOCK_EX | LOCK_NB);
    }
    if (!locked) {
        return fail(std::move(locked).error());
    }
    return FileLock(*std::move(file));
}

Result<FileLock> FileLock::waitFor(const QString &path)
{
    auto file = openLockFile(path);
    if (!file) {
        return fail(std::move(file).error());
    }
    if (Outcome locked = lock(*file, path, LOCK_EX); !locked) {
        return fail(std::move(locked).error());
    }
    return FileLock(*std::move(file));
}

bool FileLock::isHeld(const QString &path)
{
    const auto mine = tryLock(path);
    return !mine && mine.error().code == ErrorCode::Busy;
}

Result<FileLock> lockInstance(const QString &path, const QString &busy)
{
    auto taken = FileLock::tryLock(path);
    if (!taken && taken.error().code == ErrorCode::Refused && quarantine(path)) {
        taken = FileLock::tryLock(path);
    }
    if (!taken && taken.error().code == ErrorCode::Busy) {
        return fail(ErrorCode::Busy, busy);
    }
    return taken;
}

} // namespace sgn::system
