// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <QByteArray>
#include <QByteArrayList>
#include <QList>
#include <sys/types.h>

namespace sgn::system {

// What the kernel shows of a process (proc(5)). What is read by pid may already be about another process with the same
// number: it counts only while a pidfd that was opened before still shows the process as existing (ProcessHandle).
struct ProcStat
{
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t session = 0;
    quint64 startTime = 0; // clock ticks since boot; with the pid it names one process in one boot
    char state = '?';
    int threads = 1; // of a zombie: more than one while others of its threads still run
};

// A small file of the kernel's, at most 64 KiB of it; empty when it can't be read.
[[nodiscard]] QByteArray readProcFile(const QByteArray &path);
[[nodiscard]] std::optional<ProcStat> readProcStat(pid_t pid);
// From the text of /proc/<pid>/stat. The command name in it is free text of the process and may hold anything.
[[nodiscard]] std::optional<ProcStat> parseProcStat(const QByteArray &text);
[[nodiscard]] QByteArrayList readArguments(pid_t pid);
[[nodiscard]] QByteArray readExecutable(pid_t pid);
[[nodiscard]] QByteArray readWorkingFolder(pid_t pid);
// The user, when real, effective, saved and file-system ids are the same.
[[nodiscard]] std::optional<uid_t> readUser(pid_t pid);
// The user it was started as, whatever rights it works with at the moment.
[[nodiscard]] std::optional<uid_t> readRealUser(pid_t pid);
[[nodiscard]] QList<ProcStat> readAllProcesses();
// Whether the standard output or error of the process is that file, which exists. As holdsSocket().
[[nodiscard]] bool writesTo(pid_t pid, const QString &file);
// Whether the process has a descriptor of that socket. Root can look at every process, others at their own.
[[nodiscard]] bool holdsSocket(pid_t pid, quint64 inode);
// How long ago a process with that start time was started.
[[nodiscard]] std::chrono::milliseconds ageOf(quint64 startTime);
// Changes with every boot.
[[nodiscard]] QByteArray readBootId();

} // namespace sgn::system
