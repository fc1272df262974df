// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/FileSystem.h"

#include "base/SystemError.h"

#include <cerrno>
#include <QFile>
#include <sys/statvfs.h>

namespace sgn {

bool isReadOnlyFileSystem(const QString &path)
{
    struct statvfs info
    {
    };
    return ::statvfs(QFile::encodeName(path).constData(), &info) == 0 && (info.f_flag & ST_RDONLY) != 0;
}

Result<qint64> availableBytes(const QString &path)
{
    struct statvfs info
    {
    };
    if (::statvfs(QFile::encodeName(path).constData(), &info) != 0) {
        return fail(systemError(QStringLiteral("cannot look at the disk of ") + path, errno));
    }
    return static_cast<qint64>(info.f_bavail) * static_cast<qint64>(info.f_frsize);
}

} // namespace sgn
