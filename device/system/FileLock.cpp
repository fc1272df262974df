// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/FileLock.h"

#include "base/SystemError.h"

#include <cerrno>
#include <fcntl.h>
#include <QFile>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

Result<Descriptor> openLockFile(const QString &path)
{
    // Not through a link, which could have another file locked or made. O_NONBLOCK only concerns what is refused next.
    Descriptor file(::open(QFile::encodeName(path).constData(),
                           O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600));
    const int error = errno;
    if (!file.isValid() && (error == ELOOP || error == EISDIR || error == ENXIO)) {
        return fail(ErrorCode::Refused, path + u" is no regular file"_s);
    }
    if (!file.isValid()) {
        return fail(systemError(u"cannot open "_s + path, error));
    }
    struct stat info
    {
    };
    if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return fail(ErrorCode::Refused, path + u" is no regular file"_s);
    }
    return file;
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

Outcome InstanceLock::take(const QString &path)
{
    auto taken = FileLock::tryLock(path);
    if (!taken) {
        return taken.error().code == ErrorCode::Busy
                   ? fail(ErrorCode::Refused, u"another sgn-agent already runs in this root folder"_s)
                   : fail(taken.error());
    }
    m_lock.emplace(*std::move(taken));
    return {};
}

} // namespace sgn::system
