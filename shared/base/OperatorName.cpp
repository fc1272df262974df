// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/OperatorName.h"

#include <pwd.h>
#include <unistd.h>

#include <QSysInfo>

namespace sgn {

QString operatorName()
{
    const struct passwd *const user = ::getpwuid(::getuid());
    return QStringLiteral("%1@%2").arg(user == nullptr ? QString::number(::getuid())
                                                       : QString::fromLocal8Bit(user->pw_name),
                                       QSysInfo::machineHostName());
}

} // namespace sgn
