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

    // The folder of the group that belongs to the name, made when it is missing; empty when there can't be one.
    [[nodiscard]] QByteArray groupFor(const QString &name) const;

private:
    QByteArray m_folder;
};

// The folder of the group that a process is in; empty when that is unknown.
[[nodiscard]] QByteArray controlGroupOf(pid_t pid);

// Ends everything in the group, and removes the group once it is empty. Do nothing for an empty name.
void killControlGroup(const QByteArray &folder);
void removeControlGroup(const QByteArray &folder);

} // namespace sgn::system
