// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/FolderExchange.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

Outcome renameDurably(const QString &from, const QString &to, unsigned flags)
{
    if (::renameat2(AT_FDCWD, QFile::encodeName(from).constData(), AT_FDCWD, QFile::encodeName(to).constData(),
                    flags) != 0) {
        return fail(systemError(u"cannot exchange %1 and %2"_s.arg(from, to), errno));
    }
    if (auto synced = syncFolder(QFileInfo(from).absolutePath()); !synced) {
        return synced;
    }
    return syncFolder(QFileInfo(to).absolutePath());
}

} // namespace

Result<quint64> folderId(const QString &path)
{
    struct stat info
    {
    };
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0) {
        return fail(systemError(u"cannot look at "_s + path, errno));
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

Outcome exchangeFolders(const QString &first, const QString &second)
{
    return renameDurably(first, second, RENAME_EXCHANGE);
}

Outcome moveReplacing(const QString &from, const QString &to, quint64 id)
{
    if (folderId(from) == id) {
        const bool replaces = QFileInfo::exists(to);
        if (auto moved = renameDurably(from, to, replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE); !moved) {
            return moved;
        }
    }
    if (folderId(to) == id && folderId(from).has_value() && !QDir(from).removeRecursively()) {
        return fail(ErrorCode::Io, u"cannot remove "_s + from);
    }
    return {};
}

} // namespace sgn::system
