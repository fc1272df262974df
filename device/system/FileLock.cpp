// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/FileLock.h"

#include "base/SystemError.h"

#include <cerrno>
#include <fcntl.h>
#include <QFile>
#include <sys/file.h>
#include <unistd.h>

namespace sgn::system {

using namespace Qt::StringLiterals;

InstanceLock::~InstanceLock()
{
    if (m_fd >= 0) {
        ::close(m_fd);
    }
}

Outcome InstanceLock::take(const QString &path)
{
    m_fd = ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (m_fd < 0) {
        return fail(systemError(u"cannot open "_s + path, errno));
    }
    if (::flock(m_fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? fail(ErrorCode::Refused, u"another sgn-agent already runs in this root folder"_s)
                                    : fail(systemError(u"cannot lock "_s + path, errno));
    }
    return {};
}

} // namespace sgn::system
