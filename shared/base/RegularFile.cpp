// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/RegularFile.h"

#include "base/SystemError.h"

#include <cerrno>
#include <fcntl.h>
#include <QFile>
#include <sys/stat.h>

namespace sgn {

using namespace Qt::StringLiterals;

Result<Descriptor> openRegularFile(const QString &path, int flags, mode_t mode)
{
    // O_NONBLOCK means nothing for a regular file; a pipe without a reader or writer would wait for one.
    Descriptor file(
        ::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode));
    const int error = errno == ENOTDIR ? ENOENT : errno; // a file is where its folder would be
    if (!file.isValid() && (error == ELOOP || error == EISDIR || error == ENXIO)) {
        return fail(ErrorCode::Refused, path + u" is no regular file"_s);
    }
    if (!file.isValid()) {
        return fail(systemError(u"cannot open "_s + path, error));
    }
    struct stat info
    {
    };
    if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return fail(ErrorCode::Refused, path + u" is no regular file"_s);
    }
    return file;
}

} // namespace sgn
