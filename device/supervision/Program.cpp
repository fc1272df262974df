// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Program.h"

#include "base/SystemError.h"
#include "system/ProcFs.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <QFile>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

namespace {

QByteArray canonical(const QByteArray &path)
{
    // realpath() writes at most PATH_MAX bytes, and allocates when given no room.
    char *const resolved = ::realpath(path.constData(), nullptr);
    const QByteArray result(resolved);
    std::free(resolved); // NOLINT(cppcoreguidelines-no-malloc): realpath's contract
    return result;
}

bool isOpenToAll(const struct stat &info)
{
    const bool sticky = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
    return (info.st_mode & S_IWOTH) != 0 && !sticky;
}

} // namespace

ProgramRules::ProgramRules(const QString &folder, uid_t treeOwner, gid_t treeGroup, RunAs runAs)
    : m_folder(folder)
    , m_treeOwner(treeOwner)
    , m_treeGroup(treeGroup)
    , m_runAs(runAs)
{}

Result<Program> ProgramRules::check(const QString &path) const
{
    const auto refuse = [&path](const QString &why) {
        return fail(ErrorCode::Refused, path + u' ' + why);
    };
    if (!path.startsWith(u'/')) {
        return refuse(u"is not an absolute path"_s);
    }
    if (path.contains(QChar(0))) {
        return fail(ErrorCode::Refused, u"a path contains a zero byte"_s);
    }
    const QByteArray file = canonical(QFile::encodeName(path));
    if (file.isEmpty()) {
        return fail(systemError(u"cannot find "_s + path, errno));
    }
    const QByteArray top = canonical(QFile::encodeName(m_folder));
    if (top.isEmpty() || !file.startsWith(top + '/')) {
        return refuse(u"is outside "_s + m_folder);
    }
    struct stat info
    {
    };
    if (::lstat(file.constData(), &info) != 0) {
        return fail(systemError(u"cannot look at "_s + path, errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return refuse(u"is not a regular file"_s);
    }
    if ((info.st_mode & S_IXUSR) == 0) {
        return refuse(u"is not executable for its owner"_s);
    }
    if ((info.st_mode & (S_ISUID | S_ISGID)) != 0) {
        return refuse(u"has a setuid or setgid bit"_s);
    }
    if (isOpenToAll(info)) {
        return refuse(u"can be changed by every user"_s);
    }
    if (auto folders = checkFolders(file, top, info.st_uid); !folders) {
        return fail(std::move(folders).error());
    }
    return withUser(QFile::decodeName(file), info.st_uid, info.st_gid);
}

Outcome ProgramRules::checkFolders(const QByteArray &file, const QByteArray &top, uid_t fileOwner) const
{
    QByteArray folder = file;
    while (folder.size() > 1) {
        folder.truncate(std::max<qsizetype>(1, folder.lastIndexOf('/')));
        struct stat info
        {
        };
        if (::lstat(folder.constData(), &info) != 0) {
            return fail(systemError(u"cannot look at "_s + QFile::decodeName(folder), errno));
        }
        if (isOpenToAll(info)) {
            return fail(ErrorCode::Refused, u"%1 is below %2, which every user can change"_s.arg(
                                                QFile::decodeName(file), QFile::decodeName(folder)));
        }
        const bool belongs = info.st_uid == 0 || info.st_uid == m_treeOwner || info.st_uid == fileOwner;
        if (folder.size() >= top.size() && !belongs) {
            return fail(ErrorCode::Refused, u"%1 is below %2, which belongs to a third user"_s.arg(
                                                QFile::decodeName(file), QFile::decodeName(folder)));
        }
    }
    return {};
}

Result<Program> ProgramRules::withUser(const QString &path, uid_t fileOwner, gid_t fileGroup) const
{
    const uid_t self = ::geteuid();
    Program program{path, fileOwner, fileGroup};
    if (m_runAs == RunAs::TreeOwner) {
        if (fileOwner != 0 && fileOwner != m_treeOwner) {
            return fail(ErrorCode::Refused,
                        path + u" belongs neither to root nor to the owner of the device's folder"_s);
        }
        program.user = m_treeOwner;
        program.group = m_treeGroup;
    }
    if (self == 0 && program.user == 0) {
        return fail(ErrorCode::Refused, path + (m_runAs == RunAs::FileOwner
                                                    ? u" belongs to root, and nothing is started as root"_s
                                                    : u" would run as root, because the device's folder is root's"_s));
    }
    if (self != 0 && program.user != self) {
        return fail(ErrorCode::Refused, path + u" belongs to another user than the one the watchdog runs as"_s);
    }
    return program;
}

namespace {

QByteArray fileName(const QByteArray &path)
{
    return path.mid(path.lastIndexOf('/') + 1);
}

// What the first argument of a process is called that the kernel started from the program's "#!" line; empty when it
// has none.
QByteArray interpreterName(const Program &program)
{
    constexpr qint64 maxLine = 256;
    QFile file(program.path);
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    const QByteArray line = file.readLine(maxLine).simplified();
    if (!line.startsWith("#!")) {
        return {};
    }
    const QByteArrayList words = line.mid(2).trimmed().split(' ');
    const QByteArray name = fileName(words.front());
    return name == "env" && words.size() > 1 ? fileName(words.back()) : name;
}

bool names(const QByteArray &argument, pid_t pid, const QByteArray &program)
{
    if (argument == program) {
        return true;
    }
    // Only what could be that file: resolving every argument would let a process make us walk its paths.
    if (argument.size() >= PATH_MAX || fileName(argument) != fileName(program)) {
        return false;
    }
    return canonical(argument.startsWith('/') ? argument : system::readWorkingFolder(pid) + '/' + argument) == program;
}

} // namespace

Outcome checkRuns(const system::ProcessHandle &process, const Program &program)
{
    const QByteArray path = QFile::encodeName(program.path);
    const pid_t pid = process.pid();
    // An interpreter's own options may come before the script.
    constexpr qsizetype maxArguments = 8;
    bool runs = system::readExecutable(pid) == path;
    if (!runs) {
        const QByteArrayList arguments = system::readArguments(pid).mid(0, maxArguments);
        runs = std::any_of(arguments.cbegin(), arguments.cend(),
                           [&](const QByteArray &argument) { return names(argument, pid, path); });
    }
    const auto user = system::readUser(pid);
    if (!process.exists()) {
        return fail(ErrorCode::NotFound, u"process %1 has just ended"_s.arg(pid));
    }
    if (!user || *user != program.user) {
        return fail(ErrorCode::Refused, u"process %1 doesn't run as the owner of %2"_s.arg(pid).arg(program.path));
    }
    if (!runs) {
        return fail(ErrorCode::Refused, u"process %1 doesn't run %2"_s.arg(pid).arg(program.path));
    }
    return {};
}

Result<system::ProcessHandle> findRunning(const Program &program)
{
    const QByteArray interpreter = interpreterName(program);
    QList<system::ProcStat> matches;
    for (const system::ProcStat &stat : system::readAllProcesses()) {
        if (stat.state == 'Z' || system::readUser(stat.pid) != program.user) {
            continue;
        }
        // An editor or a debugger that has the program open names it too, but doesn't run it.
        const bool isProgram = interpreter.isEmpty()
                                   ? system::readExecutable(stat.pid) == QFile::encodeName(program.path)
                                   : fileName(system::readArguments(stat.pid).value(0)) == interpreter;
        if (!isProgram) {
            continue;
        }
        const auto handle = system::ProcessHandle::open(stat.pid, system::ProcessHandle::Kind::Other);
        if (handle && checkRuns(*handle, program)) {
            matches += stat;
        }
    }
    // Workers that it forked look the same; the process itself is the one without a parent among them.
    for (const system::ProcStat &match : std::as_const(matches)) {
        const bool isWorker = std::any_of(matches.cbegin(), matches.cend(),
                                          [&](const system::ProcStat &other) { return other.pid == match.parent; });
        auto handle = system::ProcessHandle::open(match.pid, system::ProcessHandle::Kind::Other);
        if (!isWorker && handle && handle->startTime() == match.startTime) {
            return handle;
        }
    }
    return fail(ErrorCode::NotFound, u"nothing runs "_s + program.path);
}

} // namespace sgn::supervision
