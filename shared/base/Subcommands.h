// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/CommandLine.h"

#include <span>

namespace sgn {

// One of the commands of a program that has several. `run` gets all arguments, program and command included, handles
// its own --help and returns the exit code.
struct Subcommand
{
    QLatin1StringView name;
    QLatin1StringView summary;
    int (*run)(const QStringList &arguments) = nullptr;
};

// Finds and runs the command that the arguments name, or answers --help and --version of the program, which does what
// `purpose` describes. Wrong usage ends the program.
[[nodiscard]] int runSubcommand(std::span<const Subcommand> all, const QString &purpose, const QString &example,
                                const QStringList &arguments);

} // namespace sgn
