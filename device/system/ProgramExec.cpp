// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/ProgramExec.h"

#include "base/SystemError.h"
#include "system/CloseOnExec.h"

#include <cerrno>
#include <QByteArrayList>
#include <QFile>
#include <unistd.h>
#include <vector>

namespace sgn::system {

using namespace Qt::StringLiterals;

Error executeProgram(const QString &program, const QStringList &arguments)
{
    QByteArrayList texts{QFile::encodeName(program)};
    for (const QString &argument : arguments) {
        texts += argument.toLocal8Bit();
    }
    std::vector<char *> pointers;
    for (QByteArray &text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    // Libraries' descriptors as well.
    closeOnExec();
    ::execve(pointers.front(), pointers.data(), environ);
    return systemError(u"cannot execute "_s + program, errno);
}

} // namespace sgn::system
