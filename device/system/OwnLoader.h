// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace sgn::system {

// A release for every card (deploy/bundle) brings its C library along, and with it the loader that starts programs, as
// lib/ld.so. The kernel finds a loader only by an absolute path in the program: that of the place where the release
// will be installed. In any other place, staged or replaced, that path leads to another release's loader, which doesn't
// fit; there the program has to be started through its own (ld.so(8)).
struct ProgramStart
{
    QString program;
    QStringList arguments;
};

// How to start `program` where it lies; unchanged where its release brings no loader.
[[nodiscard]] ProgramStart startInPlace(const QString &program, const QStringList &arguments);

// The path of the running program. /proc/self/exe and so QCoreApplication::applicationFilePath() name the loader where
// that has started it. Needs the QCoreApplication.
[[nodiscard]] QString ownProgram();

} // namespace sgn::system
