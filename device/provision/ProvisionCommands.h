// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/CommandLine.h"

namespace sgn::provision {

// Finds and runs the command that the arguments name, or answers --help and --version.
[[nodiscard]] int runProvisionCommand(const QStringList &arguments);

// The positional arguments behind the command's name; wrong usage ends the program when there aren't `names.size()`
// of them, or when an option has an empty value.
[[nodiscard]] QStringList operands(const CommandLine &commandLine, const QStringList &names);

// Prints "sgn-provision: <message>" on stderr.
void complain(const QString &message);

[[nodiscard]] int runBatch(const QStringList &arguments);
[[nodiscard]] int runCard(const QStringList &arguments);
[[nodiscard]] int runCheck(const QStringList &arguments);
[[nodiscard]] int runEncrypt(const QStringList &arguments);
[[nodiscard]] int runDecrypt(const QStringList &arguments);
[[nodiscard]] int runKeys(const QStringList &arguments);
[[nodiscard]] int runRootKeys(const QStringList &arguments);
[[nodiscard]] int runSign(const QStringList &arguments);
[[nodiscard]] int runStick(const QStringList &arguments);

} // namespace sgn::provision
