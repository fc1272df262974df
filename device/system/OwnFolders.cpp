// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/OwnFolders.h"

#include "base/SystemError.h"

#include <cerrno>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

// Whoever can change a folder above a file can put another file in its place.
Outcome checkFolder(const QString &path)
{
    struct stat info
    {
    };
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0) {
        return fail(systemError(u"cannot look at "_s + path, errno));
    }
    if (!S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode)) {
        return fail(ErrorCode::Refused, path + u" is not a folder"_s);
    }
    const bool ours = info.st_uid == 0 || info.st_uid == ::geteuid();
    const bool sticky = (info.st_mode & S_ISVTX) != 0;
    const bool open = S_ISDIR(info.st_mode) && !sticky && (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (!ours || open) {
        return fail(ErrorCode::Refused, u"others can change "_s + path);
    }
    return {};
}

// `path` and the folders above it as they are named, and what each link among them leads to.
Outcome checkNames(QString path, int links)
{
    constexpr int maxLinks = 40; // the kernel's own limit
    for (;; path = QFileInfo(path).absolutePath()) {
        if (auto checked = checkFolder(path); !checked) {
            return checked;
        }
        if (const QFileInfo info(path); info.isSymLink()) {
            if (links == maxLinks) {
                return fail(systemError(u"cannot look at "_s + path, ELOOP));
            }
            if (auto checked = checkNames(info.symLinkTarget(), links + 1); !checked) {
                return checked;
            }
        }
        if (path == u"/"_s) {
            return {};
        }
    }
}

} // namespace

Outcome checkFoldersAreOurs(const QString &path)
{
    return checkNames(QDir::cleanPath(path), 0);
}

} // namespace sgn::system
