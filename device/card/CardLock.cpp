// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/CardLock.h"

#include "base/SystemError.h"

#include <cerrno>
#include <fcntl.h>
#include <QFile>
#include <QFileInfo>
#include <sys/file.h>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

// mtools take flock(2) on an image, which an open file description's own lock doesn't meet; a folder can have only
// that.
bool lock(int file, bool isFolder, Access access)
{
    if (isFolder) {
        return ::flock(file, (access == Access::Change ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0;
    }
    struct flock whole = {};
    whole.l_type = access == Access::Change ? F_WRLCK : F_RDLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(file, F_OFD_SETLK, &whole) == 0;
}

} // namespace

CardLock::CardLock(Descriptor file)
    : m_file(std::move(file))
{}

Result<CardLock> CardLock::take(const QString &path, Access access)
{
    const bool isFolder = QFileInfo(path).isDir();
    const int flags = access == Access::Change && !isFolder ? O_RDWR : O_RDONLY;
    Descriptor file(::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC));
    if (!file.isValid()) {
        return errno == EACCES || errno == EROFS || errno == EPERM
                   ? fail(ErrorCode::Refused,
                          u"%1 may not be %2 by this user"_s.arg(path, flags == O_RDWR ? u"written"_s : u"read"_s))
                   : fail(systemError(u"cannot open %1"_s.arg(path), errno));
    }
    if (!lock(file.get(), isFolder, access) && (errno == EAGAIN || errno == EACCES)) {
        return fail(ErrorCode::Refused, u"another run of sgn-provision is working on %1; wait for its end"_s.arg(path));
    }
    return CardLock(std::move(file));
}

} // namespace sgn::card
