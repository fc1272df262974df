// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/OwnRelease.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "system/OwnFolders.h"

#include <cerrno>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

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
    if (auto checked = system::checkFoldersAreOurs(m_installed); !checked) {
        return fail(checked.error().withContext(u"the watchdog doesn't update itself here"_s));
    }
    if (::mkdir(QFile::encodeName(work()).constData(), 0700) != 0 && errno != EEXIST) {
        return fail(systemError(u"cannot make the folder "_s + work(), errno));
    }
    if (auto checked = system::checkFoldersAreOurs(work()); !checked) {
        return checked;
    }
    return syncFolder(QFileInfo(work()).absolutePath());
}

} // namespace sgn::selfupdate
