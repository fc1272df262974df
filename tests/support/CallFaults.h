// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <QString>
#include <QStringList>

namespace sgn::test {

// Runs a program and lets one of its calls that concern files below a folder go wrong: the program is killed before the
// call is carried out, or the call fails with an error. The calls of all its threads are counted together, which strace
// can't (it counts in each thread, so that most calls of the second one are never reached); the kernel reports
// each by seccomp's user notification, see seccomp_unotify(2). Needs Linux 5.5, no privileges.
struct CallFault
{
    enum class Kind { None, Kill, Error };
    enum class Calls {
        Growing,  // that need room on the disk
        Changing, // those and rename, fsync, unlink, ...
        All,      // and those that only look
    };

    Kind kind = Kind::None;
    Calls calls = Calls::Changing;
    int at = 0; // the number of the call, from 1
    int error = 0;
    bool stays = false; // every call after it fails as well
};

struct FaultyRun
{
    enum class End { Exited, Killed, TimedOut, NotStarted };

    End end = End::NotStarted;
    int exitCode = -1;
    QStringList calls;     // that were counted, e.g. "fsync /folder/file"
    bool isStruck = false; // the fault happened
    QString reason;        // of NotStarted
    std::chrono::milliseconds took{0};

    [[nodiscard]] bool exitedWell() const { return end == End::Exited && exitCode == 0; }
};

// Blocks until the program has ended; after `limit` it is killed. `folder` is absolute and without symlinks. What the
// program prints goes to the file `output`.
[[nodiscard]] FaultyRun runWithFault(const QStringList &command, const QString &folder, const CallFault &fault,
                                     const QString &output, std::chrono::milliseconds limit);

} // namespace sgn::test
