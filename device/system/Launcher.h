// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "system/FileIdentity.h"
#include "system/ProcessHandle.h"
#include "system/UserAccount.h"

#include <optional>
#include <QByteArrayList>
#include <QString>

namespace sgn::system {

// A program about to be started: directly, never through a shell, in its own session (and control group), with its own
// folder as the working folder, nothing on stdin and no descriptor of ours.
struct Launch
{
    QString program; // absolute
    QByteArrayList arguments;
    QByteArrayList environment; // NAME=value, added to the few variables that every program gets
    UserAccount account;        // who it runs as; must be ourselves unless we are root
    int output = -1;            // for stdout and stderr; -1: nowhere
    QByteArray group = {};      // folder of the control group that it joins, if it can; empty: ours
    // The file that was found good to start. It is looked at again with the rights of `account`, and another one that
    // is in its place by then isn't started.
    std::optional<FileIdentity> checked = {};
    // It and all it starts keep the rights of `account`: neither sudo nor any other set-user-ID program gives them more
    // (PR_SET_NO_NEW_PRIVS, which can't be undone).
    bool noNewPrivileges = false;
};

// Returns when the program's first instruction is next, or with the reason why it can't run (sent by the child through
// a close-on-exec pipe, so that a failed exec is never taken for a program that ended at once).
[[nodiscard]] Result<ProcessHandle> launch(const Launch &what);

// The environment that launch() gives it.
[[nodiscard]] QByteArrayList launchEnvironment(const Launch &what);

} // namespace sgn::system
