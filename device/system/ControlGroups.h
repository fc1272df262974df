// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QString>
#include <sys/types.h>

namespace sgn::system {

// A control group (cgroups(7), version 2) for each process below our own, where whoever manages the machine has handed
// that one to us (systemd's Delegate=yes). What a process starts can leave its session and its parent, but not its
// group, so that nothing of it is left behind. Without such a group everything here does nothing, and the session has
// to do.
class ControlGroups
{
public:
    // Finds our own group. Ours to divide only when it is marked as delegated (the attributes that systemd sets).
    [[nodiscard]] static ControlGroups find();
    // For tests: a folder that stands for our own group.
    explicit ControlGroups(const QByteArray &folder = {});

    [[nodiscard]] bool areOurs() const { return !m_folder.isEmpty(); }

    // The folder of the group that belongs to the name, made if it is missing; empty if there can't be one.
    [[nodiscard]] QByteArray groupFor(const QString &name) const;

private:
    QByteArray m_folder;
};

// The folder of the group that a process is in; empty if that is unknown.
[[nodiscard]] QByteArray controlGroupOf(pid_t pid);

// Where version 2 is mounted, by the text of /proc/<pid>/mounts: on its own, or beside version 1; empty: nowhere.
[[nodiscard]] QByteArray controlGroupMountIn(const QByteArray &mounts);
// The path of a process's group of version 2, by the text of /proc/<pid>/cgroup; empty if it is in none.
[[nodiscard]] QByteArray controlGroupPathIn(const QByteArray &cgroups);
// The folder of a process's group by the process's name, which is free text: one path component of constant length.
[[nodiscard]] QByteArray controlGroupName(const QString &process);

// Ends everything in the group, and removes the group once it is empty. Do nothing for an empty name.
void killControlGroup(const QByteArray &folder);
void removeControlGroup(const QByteArray &folder);

} // namespace sgn::system
