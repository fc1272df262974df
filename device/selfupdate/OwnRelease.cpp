// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/OwnRelease.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"

#include <cerrno>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

// Whoever can change a folder above the program can put another program in its place.
Outcome checkFolder(const QString &path)
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
    const bool ours = info.st_uid == 0 || info.st_uid == ::geteuid();
    const bool sticky = (info.st_mode & S_ISVTX) != 0;
    if (!ours || ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)) {
        return fail(ErrorCode::Refused,
                    u"others can change %1, so the watchdog doesn't update itself there"_s.arg(path));
    }
    return {};
}

} // namespace

OwnRelease::OwnRelease(const QString &programFolder)
    : m_installed(programFolder)
{
    const QString inStage = u".update/staged/"_s + folder;
    if (m_installed.endsWith(inStage)) {
        m_installed.chop(inStage.size());
    }
}

Outcome OwnRelease::open() const
{
    if (QFileInfo(m_installed).fileName() != folder) {
        return fail(ErrorCode::Refused, u"the watchdog runs from %1, which is no release folder"_s.arg(m_installed));
    }
    for (QString path = m_installed;; path = QFileInfo(path).absolutePath()) {
        if (auto checked = checkFolder(path); !checked) {
            return checked;
        }
        if (path == u"/"_s) {
            break;
        }
    }
    if (::mkdir(QFile::encodeName(work()).constData(), 0700) != 0 && errno != EEXIST) {
        return fail(systemError(u"cannot make the folder "_s + work(), errno));
    }
    if (auto checked = checkFolder(work()); !checked) {
        return checked;
    }
    return syncFolder(QFileInfo(work()).absolutePath());
}

} // namespace sgn::selfupdate
