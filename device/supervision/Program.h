// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "system/FileIdentity.h"
#include "system/ProcessHandle.h"
#include "system/UserAccount.h"

#include <functional>
#include <QByteArray>
#include <QSet>
#include <QString>
#include <sys/stat.h>
#include <sys/types.h>

namespace sgn::supervision {

// A file that may be started, and who it runs as.
struct Program
{
    QString path; // as it is started: absolute, without links but perhaps the last name, which may decide what it does
    QString file; // the same without any link
    uid_t user = 0;
    gid_t group = 0;
    system::FileIdentity identity; // of the file that was checked

    friend bool operator==(const Program &, const Program &) = default;
};

// Which files may be started. Any local user can send a heartbeat that names a file, and whoever can change a file that
// we start gets the rights it is started with. So every program runs as the owner of the device's folder, never as root
// or as a third user, and is an executable regular file of that owner or of root, with a canonical path in `folder`;
// neither it nor a folder above it may be changed by every user (a sticky folder such as /tmp is fine) or by a group
// that others are in; the folders from `folder` down belong to root or the owner; it has no setuid bit.
class ProgramRules
{
public:
    // Whether a group has members other than root and the user; replaced in tests.
    using HasOtherMembers = std::function<bool(gid_t, uid_t)>;

    // `treeOwner` owns the device's root folder. A watchdog that isn't root can only run programs as itself.
    ProgramRules(const QString &folder, uid_t treeOwner, gid_t treeGroup,
                 HasOtherMembers hasOtherMembers = system::hasOtherMembers);

    [[nodiscard]] QString folder() const { return m_folder; }
    // Who every program runs as.
    [[nodiscard]] uid_t user() const { return m_treeOwner; }

    // Refused with the reason, NotFound when there is no such file.
    [[nodiscard]] Result<Program> check(const QString &path) const;

private:
    [[nodiscard]] Outcome checkFile(const Program &program, const struct stat &info) const;
    [[nodiscard]] Outcome checkFolders(const QByteArray &file, const QByteArray &top) const;
    [[nodiscard]] Outcome checkUser(const QString &path, uid_t fileOwner) const;
    // Who besides root and the owner may change it; empty: no one.
    [[nodiscard]] QString othersWhoMayChange(const struct stat &info) const;

    QString m_folder;
    uid_t m_treeOwner;
    gid_t m_treeGroup;
    HasOtherMembers m_hasOtherMembers;
};

// Whether the process runs as the program's user.
[[nodiscard]] Outcome checkUser(const system::ProcessHandle &process, const Program &program);

// Whether the process runs the program as its user, by what it shows of itself: the program is the executable or one of
// the arguments (the interpreter's script). A process can give itself another title, so this is for those of which
// nothing else is known. Looked up while `process` shows that the number is still its.
[[nodiscard]] Outcome checkRuns(const system::ProcessHandle &process, const Program &program);

// A process that runs the program already, by what it shows or because it leads a session of its own and writes to
// `output`, as those do that a watchdog has started; none of `others`. NotFound when there is none. Reads all of /proc.
[[nodiscard]] Result<system::ProcessHandle> findRunning(const Program &program, const QString &output,
                                                        const QSet<pid_t> &others);

// The outermost of the process and its parents that shows that it runs the program: a worker, or what a wrapper has
// started, belongs to it.
[[nodiscard]] system::ProcessHandle outermost(system::ProcessHandle process, const Program &program);

} // namespace sgn::supervision
