// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/CommandLine.h"
#include "technician/Place.h"

namespace sgn::technician {

// Finds and runs the command that the arguments name, or answers --help and --version.
[[nodiscard]] int runDeviceCommand(const QStringList &arguments);

// --folder, --socket and --port, and the device that they name.
void addPlaceOptions(CommandLine &line);
[[nodiscard]] Place placeOf(const CommandLine &line);

// The positional arguments behind the command's name; more than `most` are wrong usage, which ends the program.
[[nodiscard]] QStringList operands(const CommandLine &line, qsizetype most);

// Prints why a command has failed, and returns its exit code.
[[nodiscard]] int failed(const Error &error);

[[nodiscard]] int runStatus(const QStringList &arguments);
[[nodiscard]] int runCheck(const QStringList &arguments);
[[nodiscard]] int runRestart(const QStringList &arguments);
[[nodiscard]] int runHold(const QStringList &arguments);
[[nodiscard]] int runResume(const QStringList &arguments);
[[nodiscard]] int runLogs(const QStringList &arguments);

} // namespace sgn::technician
