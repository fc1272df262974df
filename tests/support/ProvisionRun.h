// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>

namespace sgn::test {

// How a program ended, and what it printed; exit code -1 if it didn't end in time.
struct Ran
{
    int exitCode = -1;
    QString output;
    QString errors;
};

inline void startProvision(QProcess &program, const QString &folder, const QStringList &arguments)
{
    program.setWorkingDirectory(folder);
    program.start(QStringLiteral(SGN_BIN_DIR "/sgn-provision"), arguments);
}

// Runs sgn-provision in that folder with this on stdin.
inline Ran runProvision(const QString &folder, const QStringList &arguments, const QByteArray &input = {})
{
    constexpr int timeLimit = 100'000;
    QProcess program;
    startProvision(program, folder, arguments);
    program.write(input);
    program.closeWriteChannel();
    return program.waitForFinished(timeLimit)
               ? Ran{program.exitCode(), QString::fromUtf8(program.readAllStandardOutput()),
                     QString::fromUtf8(program.readAllStandardError())}
               : Ran();
}

} // namespace sgn::test
