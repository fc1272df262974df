// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "system/ProcessHandle.h"

#include <QByteArray>
#include <QString>
#include <sys/types.h>

namespace sgn::supervision {

// A file that may be started, and who it runs as.
struct Program
{
    QString path; // canonical: absolute, without links
    uid_t user = 0;
    gid_t group = 0;

    friend bool operator==(const Program &, const Program &) = default;
};

// Which files may be started. Any local user can send a heartbeat that names a file, and whoever can change a file that
// we start gets the rights it is started with. So a program is an executable regular file whose canonical path lies in
// `folder`; neither it nor a folder above it may be changed by every user (a sticky folder such as /tmp is fine), the
// folders from `folder` down belong to root, the tree's owner or the file's owner; it has no setuid bit.
class ProgramRules
{
public:
    enum class RunAs {
        FileOwner, // the meter's programs; never root
        TreeOwner, // the agent, whose files root may have put there; never root
    };

    // `treeOwner` owns the device's root folder. A watchdog that isn't root can only run programs as itself, and
    // refuses those of others.
    ProgramRules(const QString &folder, uid_t treeOwner, gid_t treeGroup, RunAs runAs);

    [[nodiscard]] QString folder() const { return m_folder; }

    // Refused with the reason, NotFound when there is no such file.
    [[nodiscard]] Result<Program> check(const QString &path) const;

private:
    [[nodiscard]] Outcome checkFolders(const QByteArray &file, const QByteArray &top, uid_t fileOwner) const;
    [[nodiscard]] Result<Program> withUser(const QString &path, uid_t fileOwner, gid_t fileGroup) const;

    QString m_folder;
    uid_t m_treeOwner;
    gid_t m_treeGroup;
    RunAs m_runAs;
};

// Whether the process runs the program as its user: it is the executable or one of the arguments (the interpreter's
// script). Looked up while `process` shows that the number is still its.
[[nodiscard]] Outcome checkRuns(const system::ProcessHandle &process, const Program &program);

// A process that runs the program already, whoever started it; NotFound when there is none. Reads all of /proc.
[[nodiscard]] Result<system::ProcessHandle> findRunning(const Program &program);

} // namespace sgn::supervision
