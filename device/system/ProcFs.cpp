// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/ProcFs.h"

#include "base/Descriptor.h"
#include "system/FileIdentity.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <QFile>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::system {

namespace {

constexpr qsizetype maxFile = 64 * 1024;

QByteArray procFile(pid_t pid, const char *name)
{
    return "/proc/" + QByteArray::number(pid) + '/' + name;
}

QByteArray readLink(const QByteArray &path)
{
    std::array<char, PATH_MAX> target{};
    const ssize_t n = ::readlink(path.constData(), target.data(), target.size());
    return n > 0 ? QByteArray(target.data(), n) : QByteArray();
}

} // namespace

// Without QFile: a restart waits for this, and a scan reads hundreds.
QByteArray readProcFile(const QByteArray &path)
{
    const Descriptor file(::open(path.constData(), O_RDONLY | O_CLOEXEC));
    QByteArray content;
    std::array<char, 4096> chunk{};
    while (file.isValid() && content.size() < maxFile) {
        const ssize_t n = ::read(file.get(), chunk.data(), chunk.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        content.append(chunk.data(), n);
    }
    return content;
}

std::optional<ProcStat> parseProcStat(const QByteArray &text)
{
    // "pid (name) state parent group session ... starttime ...", where the name may contain spaces and brackets; the
    // last bracket ends it.
    const qsizetype nameEnd = text.lastIndexOf(')');
    if (nameEnd < 0) {
        return std::nullopt;
    }
    const QByteArrayList fields = text.mid(nameEnd + 2).trimmed().split(' ');
    constexpr qsizetype state = 0;
    constexpr qsizetype parent = 1;
    constexpr qsizetype session = 3;
    constexpr qsizetype threads = 17;
    constexpr qsizetype startTime = 19;
    if (fields.size() <= startTime || fields[state].size() != 1) {
        return std::nullopt;
    }
    std::array<bool, 4> ok{};
    ProcStat stat;
    stat.pid = text.left(text.indexOf(' ')).toInt(&ok[0]);
    stat.state = fields[state].front();
    stat.parent = fields[parent].toInt(&ok[1]);
    stat.session = fields[session].toInt(&ok[2]);
    stat.threads = fields[threads].toInt();
    stat.startTime = fields[startTime].toULongLong(&ok[3]);
    return ok[0] && ok[1] && ok[2] && ok[3] ? std::optional(stat) : std::nullopt;
}

std::optional<ProcStat> readProcStat(pid_t pid)
{
    return parseProcStat(readProcFile(procFile(pid, "stat")));
}

QByteArrayList readArguments(pid_t pid)
{
    QByteArray text = readProcFile(procFile(pid, "cmdline"));
    if (text.endsWith('\0')) {
        text.chop(1);
    }
    return text.isEmpty() ? QByteArrayList() : text.split('\0');
}

QByteArray readExecutable(pid_t pid)
{
    return readLink(procFile(pid, "exe"));
}

QByteArray readWorkingFolder(pid_t pid)
{
    return readLink(procFile(pid, "cwd"));
}

namespace {

// Real, effective, saved, file system; empty when the process is gone.
QByteArrayList readUsers(pid_t pid)
{
    const QByteArray status = readProcFile(procFile(pid, "status"));
    const qsizetype line = status.indexOf("\nUid:\t");
    if (line < 0) {
        return {};
    }
    const qsizetype first = line + 6;
    return status.mid(first, status.indexOf('\n', first) - first).split('\t');
}

std::optional<uid_t> toUser(const QByteArray &text)
{
    bool ok = false;
    const uid_t user = text.toUInt(&ok);
    return ok ? std::optional(user) : std::nullopt;
}

} // namespace

std::optional<uid_t> readUser(pid_t pid)
{
    const QByteArrayList ids = readUsers(pid);
    const bool same = ids.size() == 4 && ids.count(ids.front()) == 4;
    return same ? toUser(ids.front()) : std::nullopt;
}

std::optional<uid_t> readRealUser(pid_t pid)
{
    return toUser(readUsers(pid).value(0));
}

QList<ProcStat> readAllProcesses()
{
    QList<ProcStat> all;
    const std::unique_ptr<DIR, int (*)(DIR *)> folder(::opendir("/proc"), &::closedir);
    if (!folder) {
        return all;
    }
    while (const dirent *entry = ::readdir(folder.get())) {
        const int pid = std::atoi(entry->d_name);
        if (pid <= 0) {
            continue;
        }
        if (const auto stat = readProcStat(pid)) {
            all += *stat;
        }
    }
    return all;
}

namespace {

// The folder is for the process's own user; root works with another's rights on files (FileRights).
std::unique_ptr<DIR, int (*)(DIR *)> openDescriptors(pid_t pid)
{
    const bool isRoot = ::geteuid() == 0;
    const int before = isRoot ? ::setfsuid(0) : -1;
    DIR *const folder = ::opendir(procFile(pid, "fd").constData());
    if (isRoot) {
        ::setfsuid(static_cast<uid_t>(before));
    }
    return {folder, &::closedir};
}

} // namespace

bool writesTo(pid_t pid, const QString &file)
{
    struct stat wanted
    {
    };
    struct stat output
    {
    };
    const auto folder = openDescriptors(pid);
    return folder && ::lstat(QFile::encodeName(file).constData(), &wanted) == 0 && S_ISREG(wanted.st_mode) &&
           std::ranges::any_of(std::array{"1", "2"}, [&](const char *descriptor) {
               return ::fstatat(::dirfd(folder.get()), descriptor, &output, 0) == 0 &&
                      FileIdentity::of(output) == FileIdentity::of(wanted);
           });
}

bool holdsSocket(pid_t pid, quint64 inode)
{
    const auto folder = openDescriptors(pid);
    const QByteArray wanted = "socket:[" + QByteArray::number(inode) + ']';
    while (const dirent *entry = folder ? ::readdir(folder.get()) : nullptr) {
        std::array<char, 64> target{};
        const ssize_t n = ::readlinkat(::dirfd(folder.get()), entry->d_name, target.data(), target.size());
        if (n > 0 && QByteArrayView(target.data(), n) == wanted) {
            return true;
        }
    }
    return false;
}

std::chrono::milliseconds ageOf(quint64 startTime)
{
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    const std::chrono::milliseconds sinceBoot =
        std::chrono::seconds(now.tv_sec) + std::chrono::milliseconds(now.tv_nsec / 1'000'000);
    const auto ticks = static_cast<quint64>(::sysconf(_SC_CLK_TCK));
    return sinceBoot - std::chrono::milliseconds(startTime * 1000 / ticks);
}

QByteArray readBootId()
{
    return readProcFile("/proc/sys/kernel/random/boot_id").trimmed();
}

} // namespace sgn::system
