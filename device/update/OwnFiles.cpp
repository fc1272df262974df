// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/OwnFiles.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "system/FolderExchange.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <QDir>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxList = qint64{64} * 1024 * 1024;

// "<inode>.<birth>": an inode's number comes again with another folder, its time of birth doesn't. Where a file system
// knows no birth, the number has to do. Nullopt where there is no real folder.
Result<std::optional<QString>> identityOf(const QString &folder)
{
    struct statx info
    {
    };
    if (::statx(AT_FDCWD, QFile::encodeName(folder).constData(), AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &info) !=
        0) {
        return errno == ENOENT ? Result<std::optional<QString>>(std::nullopt)
                               : fail(systemError(u"cannot look at "_s + folder, errno));
    }
    if (!S_ISDIR(info.stx_mode)) {
        return std::nullopt;
    }
    const bool hasBirth = (info.stx_mask & STATX_BTIME) != 0;
    return u"%1.%2.%3"_s.arg(info.stx_ino)
        .arg(hasBirth ? info.stx_btime.tv_sec : 0)
        .arg(hasBirth ? info.stx_btime.tv_nsec : 0);
}

// Refused where this user may not read the folder.
Result<QByteArrayList> namesIn(const QByteArray &folder)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> open(::opendir(folder.constData()), &::closedir);
    QByteArrayList names;
    if (open) {
        errno = 0;
        while (const dirent *const entry = ::readdir(open.get())) {
            const QByteArray name(entry->d_name);
            if (name != "." && name != "..") {
                names += name;
            }
        }
    }
    if (errno != 0) {
        const Error error = systemError(u"cannot look through "_s + QFile::decodeName(folder), errno);
        return fail(errno == EACCES ? ErrorCode::Refused : error.code, error.message);
    }
    return names;
}

QString listOf(const ReleasePaths &paths, const QString &identity)
{
    return paths.ownFiles() + u'/' + identity;
}

} // namespace

Outcome walk(const QString &folder, const Visit &visit, const std::function<void(const QByteArray &path)> &unreadable)
{
    const QByteArray top = QFile::encodeName(folder);
    struct stat info
    {
    };
    if (::lstat(top.constData(), &info) != 0) {
        return errno == ENOENT ? Outcome() : fail(systemError(u"cannot look at "_s + folder, errno));
    }
    const dev_t device = info.st_dev;
    QByteArrayList folders{QByteArray()};
    while (!folders.isEmpty()) {
        const QByteArray inside = folders.takeLast();
        const auto names = namesIn(top + '/' + inside);
        if (!names && names.error().code == ErrorCode::Refused && !inside.isEmpty()) {
            if (unreadable) {
                unreadable(inside);
            }
            continue;
        }
        if (!names) {
            return fail(names.error());
        }
        for (const QByteArray &name : *names) {
            if (::lstat((top + '/' + inside + name).constData(), &info) != 0) {
                if (errno == ENOENT) {
                    continue;
                }
                return fail(systemError(u"cannot look at "_s + QFile::decodeName(top + '/' + inside + name), errno));
            }
            const bool isFolder = S_ISDIR(info.st_mode);
            const QByteArray path = inside + name + (isFolder ? "/" : "");
            if (visit(path, info) && isFolder && info.st_dev == device) {
                folders += path;
            }
        }
    }
    return {};
}

Result<OwnFiles> everythingIn(const QString &folder)
{
    OwnFiles files;
    const auto walked = walk(folder, [&files](const QByteArray &path, const struct stat &) {
        files += path;
        return true;
    });
    return walked ? Result<OwnFiles>(files) : fail(walked.error());
}

Outcome noteOwnFiles(const ReleasePaths &paths, const QString &folder, const OwnFiles &files)
{
    const auto identity = identityOf(folder);
    if (!identity || !*identity) {
        return identity ? Outcome() : fail(identity.error());
    }
    if (!QDir().exists(paths.ownFiles())) {
        QDir().mkpath(paths.ownFiles());
        if (auto synced = syncFolder(paths.work()); !synced) {
            return synced;
        }
    }
    QByteArrayList sorted(files.cbegin(), files.cend());
    std::ranges::sort(sorted);
    removeTemporaries(listOf(paths, **identity)); // a run that was killed here may have left one
    return writeFileAtomically(listOf(paths, **identity), sorted.join('\0'));
}

Result<std::optional<OwnFiles>> readOwnFiles(const ReleasePaths &paths, const QString &folder)
{
    const auto identity = identityOf(folder);
    if (!identity || !*identity) {
        return identity ? Result<std::optional<OwnFiles>>(std::nullopt) : fail(identity.error());
    }
    const auto list = readFile(listOf(paths, **identity), maxList);
    if (!list) {
        return list.error().code == ErrorCode::NotFound ? Result<std::optional<OwnFiles>>(std::nullopt)
                                                        : fail(list.error());
    }
    const QByteArrayList names = list->split('\0');
    return OwnFiles(names.cbegin(), names.cend());
}

Outcome forgetOtherFiles(const ReleasePaths &paths)
{
    const QDir folder(paths.ownFiles());
    const auto installed = identityOf(paths.installed());
    const auto previous = identityOf(paths.previous());
    if (!installed || !previous) {
        return fail(installed ? previous.error() : installed.error());
    }
    bool isEmpty = true;
    for (const QString &name : folder.entryList(QDir::Files | QDir::Hidden)) {
        if (name == *installed || name == *previous) {
            isEmpty = false;
        } else if (!QFile::remove(folder.filePath(name))) {
            return fail(ErrorCode::Io, u"cannot remove "_s + folder.filePath(name));
        }
    }
    return isEmpty ? system::removeFolder(paths.ownFiles()) : Outcome();
}

} // namespace sgn::update
