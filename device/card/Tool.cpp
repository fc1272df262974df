// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Tool.h"

#include "base/SystemError.h"

#include <cerrno>
#include <csignal>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <sys/prctl.h>
#include <unistd.h>

namespace sgn::card {

using namespace Qt::StringLiterals;

Result<ToolOutput> runTool(const QString &program, const QStringList &arguments, const QString &package,
                           const QString &folder)
{
    // Those of administrators aren't in everyone's PATH.
    static const QStringList systems{u"/usr/sbin"_s, u"/sbin"_s, u"/usr/bin"_s, u"/bin"_s};
    QString file = QStandardPaths::findExecutable(program, systems);
    if (file.isEmpty()) {
        file = QStandardPaths::findExecutable(program);
    }
    if (file.isEmpty()) {
        return fail(ErrorCode::NotFound, u"%1 is not installed; get it with: apt install %2"_s.arg(program, package));
    }
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
    environment.insert(u"MTOOLS_SKIP_CHECK"_s, u"1"_s);
    process.setProcessEnvironment(environment);
    process.setStandardInputFile(QProcess::nullDevice());
    process.setWorkingDirectory(folder);
    // It would go on writing to an image that another run has locked.
    process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
    process.start(file, arguments, QIODevice::ReadOnly);
    if (!process.waitForFinished(-1) || process.exitStatus() != QProcess::NormalExit) {
        return fail(ErrorCode::Io, u"%1 didn't run to its end: %2"_s.arg(program, process.errorString()));
    }
    return ToolOutput{process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

Outcome writeForTool(const QString &path, const QByteArray &content)
{
    QFile::remove(path); // perhaps a link
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFileDevice::ReadOwner | QFileDevice::WriteOwner) ||
        file.write(content) != content.size() || !file.flush()) {
        return fail(file.error() == QFileDevice::ResourceError ? ErrorCode::NoSpace : ErrorCode::Io,
                    u"cannot write %1: %2"_s.arg(path, file.errorString()));
    }
    return {};
}

Outcome linkForTool(const QString &file, const QString &link)
{
    QFile::remove(link);
    return ::symlink(QFile::encodeName(file).constData(), QFile::encodeName(link).constData()) == 0
               ? Outcome()
               : fail(systemError(u"cannot make the link %1"_s.arg(link), errno));
}

} // namespace sgn::card
