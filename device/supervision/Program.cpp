// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Program.h"

#include "base/Descriptor.h"
#include "base/SystemError.h"
#include "system/ProcFs.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
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

// The folder without links and the last name as it was given. Empty when the path ends in no name.
QByteArray withLastName(const QByteArray &path)
{
    const qsizetype slash = path.lastIndexOf('/');
    const QByteArray name = path.sliced(slash + 1);
    if (name.isEmpty() || name == "." || name == "..") {
        return {};
    }
    const QByteArray folder = canonical(slash == 0 ? QByteArray("/") : path.left(slash));
    return folder.isEmpty() ? QByteArray() : folder + '/' + name;
}

bool isBelow(const QByteArray &path, const QByteArray &folder)
{
    return path.startsWith(folder + '/');
}

} // namespace

ProgramRules::ProgramRules(const QString &folder, uid_t treeOwner, gid_t treeGroup, HasOtherMembers hasOtherMembers)
    : m_folder(folder)
    , m_treeOwner(treeOwner)
    , m_treeGroup(treeGroup)
    , m_hasOtherMembers(std::move(hasOtherMembers))
{}

Result<Program> ProgramRules::check(const QString &path) const
{
    if (!path.startsWith(u'/')) {
        return fail(ErrorCode::Refused, path + u" is not an absolute path"_s);
    }
    if (path.contains(QChar(0))) {
        return fail(ErrorCode::Refused, u"a path contains a zero byte"_s);
    }
    const QByteArray file = canonical(QFile::encodeName(path));
    if (file.isEmpty()) {
        return fail(systemError(u"cannot find "_s + path, errno));
    }
    const QByteArray top = canonical(QFile::encodeName(m_folder));
    if (top.isEmpty() || !isBelow(file, top)) {
        return fail(ErrorCode::Refused, u"%1 is outside %2"_s.arg(path, m_folder));
    }
    const Descriptor opened(::open(file.constData(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat info
    {
    };
    if (!opened.isValid() || ::fstat(opened.get(), &info) != 0) {
        return fail(systemError(u"cannot look at "_s + path, errno));
    }
    const QByteArray given = withLastName(QFile::encodeName(path));
    const Program program{QFile::decodeName(isBelow(given, top) ? given : file), QFile::decodeName(file), m_treeOwner,
                          m_treeGroup, system::FileIdentity::of(info)};
    for (const Outcome &outcome : {checkFile(program, info), checkFolders(file, top),
                                   checkFolders(QFile::encodeName(program.path), top), checkUser(path, info.st_uid)}) {
        if (!outcome) {
            return fail(outcome.error());
        }
    }
    return program;
}

QString ProgramRules::othersWhoMayChange(const struct stat &info) const
{
    const bool isSticky = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
    if (isSticky) {
        return {};
    }
    if ((info.st_mode & S_IWOTH) != 0) {
        return u"every user"_s;
    }
    const bool byGroup = (info.st_mode & S_IWGRP) != 0 && m_hasOtherMembers(info.st_gid, m_treeOwner);
    return byGroup ? u"its group, which others are in,"_s : QString();
}

Outcome ProgramRules::checkFile(const Program &program, const struct stat &info) const
{
    const auto refuse = [&program](const QString &why) {
        return fail(ErrorCode::Refused, program.path + u' ' + why);
    };
    if (!S_ISREG(info.st_mode)) {
        return refuse(u"is not a regular file"_s);
    }
    if ((info.st_mode & S_IXUSR) == 0) {
        return refuse(u"is not executable for its owner"_s);
    }
    if ((info.st_mode & (S_ISUID | S_ISGID)) != 0) {
        return refuse(u"has a setuid or setgid bit"_s);
    }
    if (const QString others = othersWhoMayChange(info); !others.isEmpty()) {
        return refuse(u"can be changed by "_s + others);
    }
    return {};
}

Outcome ProgramRules::checkFolders(const QByteArray &file, const QByteArray &top) const
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
        if (const QString others = othersWhoMayChange(info); !others.isEmpty()) {
            return fail(ErrorCode::Refused, u"%1 is below %2, which %3 can change"_s.arg(
                                                QFile::decodeName(file), QFile::decodeName(folder), others));
        }
        if (folder.size() >= top.size() && info.st_uid != 0 && info.st_uid != m_treeOwner) {
            return fail(ErrorCode::Refused, u"%1 is below %2, which belongs to a third user"_s.arg(
                                                QFile::decodeName(file), QFile::decodeName(folder)));
        }
    }
    return {};
}

Outcome ProgramRules::checkUser(const QString &path, uid_t fileOwner) const
{
    const uid_t self = ::geteuid();
    if (fileOwner != 0 && fileOwner != m_treeOwner) {
        return fail(ErrorCode::Refused, path + u" belongs neither to root nor to the owner of the device's folder"_s);
    }
    if (self == 0 && m_treeOwner == 0) {
        return fail(ErrorCode::Refused, path + u" would run as root, because the device's folder is root's"_s);
    }
    if (self != 0 && m_treeOwner != self) {
        return fail(ErrorCode::Refused,
                    path + u" would run as the owner of the device's folder, which the watchdog isn't"_s);
    }
    return {};
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
    QFile file(program.file);
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

bool names(const QByteArray &argument, pid_t pid, const Program &program)
{
    const QByteArray path = QFile::encodeName(program.path);
    if (argument == path) {
        return true;
    }
    // Only what could be that file: resolving every argument would let a process make us walk its paths.
    if (argument.size() >= PATH_MAX || fileName(argument) != fileName(path)) {
        return false;
    }
    const QByteArray absolute = argument.startsWith('/') ? argument : system::readWorkingFolder(pid) + '/' + argument;
    return canonical(absolute) == QFile::encodeName(program.file);
}

bool shows(pid_t pid, const Program &program)
{
    const QByteArrayList all = system::readArguments(pid);
    if (system::readExecutable(pid) == QFile::encodeName(program.file)) {
        // A file may have several names: the one counts that it was started by.
        return program.path == program.file || fileName(all.value(0)) == fileName(QFile::encodeName(program.path));
    }
    // An interpreter's own options may come before the script; what follows "-c" is text for it.
    constexpr qsizetype maxArguments = 8;
    for (const QByteArray &argument : all.mid(0, maxArguments)) {
        if (argument == "-c") {
            return false;
        }
        if (names(argument, pid, program)) {
            return true;
        }
    }
    return false;
}

} // namespace

Outcome checkUser(const system::ProcessHandle &process, const Program &program)
{
    const auto user = system::readUser(process.pid());
    if (!process.exists()) {
        return fail(ErrorCode::NotFound, u"process %1 has just ended"_s.arg(process.pid()));
    }
    if (!user || *user != program.user) {
        return fail(ErrorCode::Refused,
                    u"process %1 doesn't run as the user that %2 runs as"_s.arg(process.pid()).arg(program.path));
    }
    return {};
}

Outcome checkRuns(const system::ProcessHandle &process, const Program &program)
{
    const bool runs = shows(process.pid(), program);
    if (auto user = checkUser(process, program); !user) {
        return user;
    }
    if (!runs) {
        return fail(ErrorCode::Refused, u"process %1 doesn't run %2"_s.arg(process.pid()).arg(program.path));
    }
    return {};
}

namespace {

// One that a watchdog has started, whatever title it has given itself: nothing else leads a session and writes there.
bool isOursByOutput(const system::ProcStat &stat, const QString &output)
{
    return stat.session == stat.pid && !output.isEmpty() && system::writesTo(stat.pid, output);
}

// An editor or a debugger that has the program open names it too, but doesn't run it.
bool isInterpreted(pid_t pid, const Program &program, const QByteArray &interpreter)
{
    return interpreter.isEmpty() ? system::readExecutable(pid) == QFile::encodeName(program.file)
                                 : fileName(system::readArguments(pid).value(0)) == interpreter;
}

} // namespace

Result<system::ProcessHandle> findRunning(const Program &program, const QString &output, const QSet<pid_t> &others)
{
    const QByteArray interpreter = interpreterName(program);
    QList<system::ProcStat> matches;
    for (const system::ProcStat &stat : system::readAllProcesses()) {
        if (stat.state == 'Z' || others.contains(stat.pid) || system::readUser(stat.pid) != program.user) {
            continue;
        }
        const auto handle = system::ProcessHandle::open(stat.pid, system::ProcessHandle::Kind::Other);
        if (handle && (isOursByOutput(stat, output) ||
                       (isInterpreted(stat.pid, program, interpreter) && checkRuns(*handle, program)))) {
            matches += stat;
        }
    }
    // Workers that it forked look the same; the process itself is the one without a parent among them.
    for (const system::ProcStat &match : std::as_const(matches)) {
        const bool isWorker = std::any_of(matches.cbegin(), matches.cend(),
                                          [&](const system::ProcStat &other) { return other.pid == match.parent; });
        auto handle = system::ProcessHandle::open(match.pid);
        if (!isWorker && handle && handle->startTime() == match.startTime) {
            return handle;
        }
    }
    return fail(ErrorCode::NotFound, u"nothing runs "_s + program.path);
}

system::ProcessHandle outermost(system::ProcessHandle process, const Program &program)
{
    constexpr int maxDepth = 8;
    const QByteArray interpreter = interpreterName(program);
    for (int depth = 0; depth < maxDepth; ++depth) {
        const auto stat = system::readProcStat(process.pid());
        auto parent = stat && stat->parent > 1 ? system::ProcessHandle::open(stat->parent)
                                               : fail(ErrorCode::NotFound, u"it has no parent"_s);
        if (!parent || !isInterpreted(parent->pid(), program, interpreter) || !checkRuns(*parent, program)) {
            break;
        }
        process = *std::move(parent);
    }
    return process;
}

} // namespace sgn::supervision
