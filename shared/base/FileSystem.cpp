// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/FileSystem.h"

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

} // namespace sgn
