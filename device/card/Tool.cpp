// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Tool.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>

namespace sgn::card {

using namespace Qt::StringLiterals;

Result<ToolOutput> runTool(const QString &program, const QStringList &arguments, const QString &package)
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
    process.start(file, arguments, QIODevice::ReadOnly);
    if (!process.waitForFinished(-1) || process.exitStatus() != QProcess::NormalExit) {
        return fail(ErrorCode::Io, u"%1 didn't run to its end: %2"_s.arg(program, process.errorString()));
    }
    return ToolOutput{process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

Outcome writeForTool(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) ||
        !file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) ||
        file.write(content) != content.size() || !file.flush()) {
        return fail(file.error() == QFileDevice::ResourceError ? ErrorCode::NoSpace : ErrorCode::Io,
                    u"cannot write %1: %2"_s.arg(path, file.errorString()));
    }
    return {};
}

} // namespace sgn::card
