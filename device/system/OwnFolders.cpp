// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/OwnFolders.h"

#include "base/SystemError.h"

#include <cerrno>
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

} // namespace

Outcome checkFoldersAreOurs(const QString &path)
{
    QStringList ways{path};
    if (const QString target = QFileInfo(path).canonicalFilePath(); !target.isEmpty() && target != path) {
        ways += target;
    }
    for (QString folder : std::as_const(ways)) {
        for (;; folder = QFileInfo(folder).absolutePath()) {
            if (auto checked = checkFolder(folder); !checked) {
                return checked;
            }
            if (folder == u"/"_s) {
                break;
            }
        }
    }
    return {};
}

} // namespace sgn::system
