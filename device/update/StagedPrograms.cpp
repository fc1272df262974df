// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/StagedPrograms.h"

#include "release/ProgramHead.h"
#include "update/OwnFiles.h"

#include <QFile>
#include <QFileInfo>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

QStringList candidates(const QString &folder, const QString &process)
{
    return {folder + u'/' + process, folder + u'/' + process + u".py"_s};
}

// The file that the watchdog would start; empty where there is none.
QString programIn(const QString &folder, const QString &process)
{
    for (const QString &path : candidates(folder, process)) {
        if (QFileInfo(path).isFile()) {
            return path;
        }
    }
    return {};
}

// Whether an interpreter is there, or will be once the release is installed.
bool isThere(const QString &path, const ReleasePaths &paths)
{
    const QString folder = paths.installed() + u'/';
    if (path.startsWith(folder) && QFileInfo::exists(paths.staged() + u'/' + path.sliced(folder.size()))) {
        return true;
    }
    const QFileInfo file(path);
    return file.isFile() && file.isExecutable();
}

Outcome checkHead(const QString &program, const ReleasePaths &paths)
{
    QFile file(program);
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(program, file.errorString()));
    }
    bool isMissing = false;
    const QString problem = headProblem(file.read(maxProgramHead), [&](const QByteArray &path) {
        isMissing = !isThere(QFile::decodeName(path), paths);
        return !isMissing;
    });
    return problem.isEmpty() ? Outcome()
                             : fail(isMissing ? ErrorCode::InstallFailed : ErrorCode::BadArchive,
                                    u"%1 cannot run: %2"_s.arg(QFileInfo(program).fileName(), problem));
}

// What is missing of a process that has run under its own name so far.
Outcome checkMissing(const ReleasePaths &paths, const QString &process, const QString &before)
{
    const auto own = readOwnFiles(paths, paths.installed());
    const QString name = QFileInfo(before).fileName();
    // A program that was put there by hand stays there.
    const bool isMeters = own && *own && !(*own)->contains(QFile::encodeName(name));
    return isMeters ? Outcome()
                    : fail(ErrorCode::BadArchive,
                           u"there is no program %1 in the release, which process \"%2\" is"_s.arg(name, process));
}

} // namespace

Outcome checkPrograms(const ReleasePaths &paths, const QList<ProcessVersion> &expected)
{
    for (const ProcessVersion &process : expected) {
        const QString before = programIn(paths.installed(), process.name);
        const bool hasRun = !before.isEmpty() && QFileInfo(before).isExecutable();
        if (!before.isEmpty() && !hasRun) {
            continue; // a module of that name: the process is another program
        }
        const QString program = programIn(paths.staged(), process.name);
        Outcome checked;
        if (!program.isEmpty()) {
            checked = checkHead(program, paths);
        } else if (hasRun) {
            checked = checkMissing(paths, process.name, before);
        }
        if (!checked) {
            return checked;
        }
    }
    return {};
}

} // namespace sgn::update
