// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/DownloadLimits.h"

#include <QFile>
#include <QFileInfo>
#include <sys/statvfs.h>

namespace sgn::download {

qint64 freeSpace(const DownloadLimits &limits, const QString &path)
{
    if (limits.freeSpace) {
        return limits.freeSpace(path);
    }
    struct statvfs info
    {
    };
    if (::statvfs(QFile::encodeName(QFileInfo(path).absolutePath()).constData(), &info) != 0) {
        return -1;
    }
    return static_cast<qint64>(info.f_bavail) * static_cast<qint64>(info.f_frsize);
}

} // namespace sgn::download
