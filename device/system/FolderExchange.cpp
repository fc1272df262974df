// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/FolderExchange.h"

#include "base/AtomicFile.h"
#include "base/Descriptor.h"
#include "base/SystemError.h"
#include "system/Logging.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>
#include <vector>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace fs = std::filesystem;

namespace {

Outcome syncParents(const QString &a, const QString &b)
{
    for (const QString &path : {a, b}) {
        if (auto synced = syncFolder(QFileInfo(path).absolutePath()); !synced) {
            return synced;
        }
    }
    return {};
}

Outcome renameDurably(const QString &from, const QString &to, unsigned flags)
{
    if (::renameat2(AT_FDCWD, QFile::encodeName(from).constData(), AT_FDCWD, QFile::encodeName(to).constData(),
                    flags) != 0) {
        return fail(systemError(u"cannot exchange %1 and %2"_s.arg(from, to), errno));
    }
    return syncParents(from, to);
}

// An empty one of the same kind as `model`, so that there is something to exchange.
Outcome ensureThere(const QString &path, const QString &model)
{
    const QByteArray name = QFile::encodeName(path);
    int made = -1;
    if (QFileInfo(model).isDir()) {
        made = ::mkdir(name.constData(), 0755);
    } else {
        const Descriptor file(::open(name.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
        made = file.isValid() ? 0 : -1;
    }
    if (made != 0) {
        if (errno == EEXIST) {
            return {};
        }
        return fail(systemError(u"cannot make "_s + path, errno));
    }
    return syncFolder(QFileInfo(path).absolutePath());
}

// A folder laid out by hand may take no writes, and then nothing in it can be removed.
void allowWrites(const fs::path &folder)
{
    constexpr auto writable = fs::perms::owner_all;
    std::error_code unchanged;
    fs::permissions(folder, writable, fs::perm_options::add | fs::perm_options::nofollow, unchanged);
}

// All that can be removed; the first reason why something couldn't. By the names as the file system has them, which
// needn't be UTF-8.
std::error_code removeTree(const fs::path &root)
{
    std::error_code failure;
    std::vector<fs::path> all{root};
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::error_code unknown;
        if (fs::symlink_status(all[i], unknown).type() != fs::file_type::directory) {
            continue;
        }
        allowWrites(all[i]);
        std::error_code unreadable;
        for (fs::directory_iterator it(all[i], unreadable); !unreadable && it != fs::directory_iterator();
             it.increment(unreadable)) {
            all.push_back(it->path());
        }
    }
    for (auto it = all.rbegin(); it != all.rend(); ++it) {
        std::error_code error;
        fs::remove(*it, error);
        failure = failure ? failure : error;
    }
    return failure;
}

// A release that holds folders of another user, for example root, can't be removed by its owner, but it can be moved
// out of the way.
Outcome putAside(const QString &path)
{
    constexpr int maxAside = 9;
    for (int number = 1; number <= maxAside; ++number) {
        const QString aside = u"%1.unremovable-%2"_s.arg(path).arg(number);
        if (::renameat2(AT_FDCWD, QFile::encodeName(path).constData(), AT_FDCWD, QFile::encodeName(aside).constData(),
                        RENAME_NOREPLACE) == 0) {
            qCWarning(lcSystem).noquote() << path << "can't be removed; what is left of it is now" << aside;
            return {};
        }
        if (errno != EEXIST) {
            return fail(systemError(u"cannot remove %1, nor move it out of the way"_s.arg(path), errno));
        }
    }
    return fail(ErrorCode::Io, u"cannot remove %1, and %2 like it are there already"_s.arg(path).arg(maxAside));
}

} // namespace

Result<quint64> inodeOf(const QString &path)
{
    struct stat info
    {
    };
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0) {
        return fail(systemError(u"cannot find folder "_s + path, errno));
    }
    return static_cast<quint64>(info.st_ino);
}

Result<quint64> folderId(const QString &path)
{
    struct stat info
    {
    };
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0) {
        return fail(systemError(u"cannot find folder "_s + path, errno));
    }
    if (!S_ISDIR(info.st_mode)) {
        return fail(ErrorCode::Refused, path + u" is not a folder"_s);
    }
    return static_cast<quint64>(info.st_ino);
}

bool isGone(const QString &path, quint64 id)
{
    const auto found = folderId(path);
    return found ? *found != id : found.error().code != ErrorCode::Io;
}

Result<bool> isAt(const QString &path, quint64 id)
{
    const auto found = inodeOf(path);
    if (!found && found.error().code != ErrorCode::NotFound) {
        return fail(found.error());
    }
    return found && *found == id;
}

Outcome exchangeFolders(const QString &first, const QString &second)
{
    return renameDurably(first, second, RENAME_EXCHANGE);
}

Outcome exchangeIn(const QString &installed, const QString &staged, quint64 stagedId)
{
    const auto isIn = isAt(installed, stagedId);
    if (!isIn) {
        return fail(isIn.error());
    }
    if (*isIn) {
        // It happened just before a power cut, which may have come before the folders were synced.
        return syncParents(installed, staged);
    }
    const auto isStaged = isAt(staged, stagedId);
    if (!isStaged) {
        return fail(isStaged.error());
    }
    if (!*isStaged) {
        return fail(ErrorCode::InstallFailed, u"the staged release in %1 is gone"_s.arg(staged));
    }
    if (auto made = ensureThere(installed, staged); !made) {
        return made;
    }
    return exchangeFolders(installed, staged);
}

Result<RollBack> rollBackExchange(const QString &installed, const QString &staged, quint64 stagedId)
{
    const auto isIn = isAt(installed, stagedId);
    if (!isIn) {
        return fail(isIn.error());
    }
    if (!*isIn) {
        // Or it is out again since just before a power cut or a failed sync.
        if (auto synced = syncParents(installed, QFileInfo(staged).exists() ? staged : installed); !synced) {
            return fail(synced.error());
        }
        return RollBack::WasNeverIn;
    }
    if (auto done = exchangeFolders(installed, staged); !done) {
        return fail(done.error().withContext(u"cannot roll back to the previous release"_s));
    }
    return RollBack::Done;
}

Outcome moveReplacing(const QString &from, const QString &to, quint64 id)
{
    if (folderId(from) == id) {
        const bool replaces = QFileInfo::exists(to);
        if (auto moved = renameDurably(from, to, replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE); !moved) {
            return moved;
        }
    }
    return folderId(to) == id && folderId(from).has_value() ? removeFolder(from) : Outcome();
}

Outcome replaceFolder(const QString &from, const QString &to)
{
    if (!inodeOf(from)) {
        return {};
    }
    if (const auto removed = removeFolder(to); !removed) {
        if (auto aside = putAside(to); !aside) {
            return aside;
        }
    }
    if (std::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0) {
        return fail(systemError(u"cannot move %1 to %2"_s.arg(from, to), errno));
    }
    return syncParents(from, to);
}

Outcome removeFolder(const QString &path)
{
    const std::error_code failure = removeTree(QFile::encodeName(path).toStdString());
    return failure ? fail(systemError(u"cannot remove "_s + path, failure.value())) : Outcome();
}

} // namespace sgn::system
