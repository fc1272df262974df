// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/FolderSwap.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>

namespace sgn::update {

using namespace Qt::StringLiterals;

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

Outcome exchange(const QString &a, const QString &b)
{
    if (::renameat2(AT_FDCWD, QFile::encodeName(a).constData(), AT_FDCWD, QFile::encodeName(b).constData(),
                    RENAME_EXCHANGE) != 0) {
        return fail(systemError(u"cannot exchange %1 and %2"_s.arg(a, b), errno));
    }
    return syncParents(a, b);
}

Outcome ensureFolder(const QString &path)
{
    if (::mkdir(QFile::encodeName(path).constData(), 0755) != 0) {
        if (errno == EEXIST) {
            return {};
        }
        return fail(systemError(u"cannot make folder "_s + path, errno));
    }
    return syncFolder(QFileInfo(path).absolutePath());
}

// Io when the disk doesn't say; nothing may be concluded from that.
Result<bool> isAt(const QString &path, quint64 id)
{
    const auto found = folderId(path);
    if (!found && found.error().code != ErrorCode::NotFound) {
        return fail(found.error());
    }
    return found && *found == id;
}

} // namespace

Result<quint64> folderId(const QString &path)
{
    struct stat info
    {
    };
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0) {
        return fail(systemError(u"cannot find folder "_s + path, errno));
    }
    return static_cast<quint64>(info.st_ino);
}

Outcome swapIn(const QString &installed, const QString &staged, quint64 stagedId)
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
    if (auto made = ensureFolder(installed); !made) {
        return made;
    }
    return exchange(installed, staged);
}

Result<SwapBack> swapBack(const QString &installed, const QString &staged, quint64 stagedId)
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
        return SwapBack::WasNeverIn;
    }
    if (auto done = exchange(installed, staged); !done) {
        return fail(done.error().withContext(u"cannot put the previous release back"_s));
    }
    return SwapBack::Done;
}

Outcome replaceFolder(const QString &from, const QString &to)
{
    if (!folderId(from)) {
        return {};
    }
    if (auto removed = removeFolder(to); !removed) {
        return removed;
    }
    if (std::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0) {
        return fail(systemError(u"cannot move %1 to %2"_s.arg(from, to), errno));
    }
    return syncParents(from, to);
}

Outcome removeFolder(const QString &path)
{
    const QFileInfo info(path);
    if (!info.exists() && !info.isSymLink()) {
        return {};
    }
    const bool removed = info.isDir() && !info.isSymLink() ? QDir(path).removeRecursively() : QFile::remove(path);
    if (!removed) {
        return fail(ErrorCode::Io, u"cannot remove "_s + path);
    }
    return {};
}

} // namespace sgn::update
