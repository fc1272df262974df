// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/OwnLoader.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1StringView loaderInRelease{"/lib/ld.so"};

} // namespace

ProgramStart startInPlace(const QString &program, const QStringList &arguments)
{
    const QString folder = QFileInfo(program).absolutePath();
    const QFileInfo loader(folder + loaderInRelease);
    if (!loader.isFile() || !loader.isExecutable()) {
        return {program, arguments};
    }
    // --argv0, so that the program can find out its own path.
    return {loader.filePath(), QStringList{u"--argv0"_s, program, program} + arguments};
}

QString ownProgram()
{
    const QString executable = QCoreApplication::applicationFilePath();
    const QString named = QCoreApplication::arguments().value(0);
    return executable == QFileInfo(named).absolutePath() + loaderInRelease ? named : executable;
}

} // namespace sgn::system
