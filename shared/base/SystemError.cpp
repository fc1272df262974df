// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/SystemError.h"

#include <cerrno>
#include <system_error>

namespace sgn {

using namespace Qt::StringLiterals;

Error systemError(const QString &what, int error)
{
    ErrorCode code = ErrorCode::Io;
    if (error == ENOSPC || error == EDQUOT) {
        code = ErrorCode::NoSpace;
    } else if (error == ENOENT) {
        code = ErrorCode::NotFound;
    }
    // Not strerror(), whose buffer threads share.
    return {code, what + u": "_s + QString::fromStdString(std::generic_category().message(error))};
}

} // namespace sgn
