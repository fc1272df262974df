// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

// The lines of the commands about which devices there are and what operators write about them, as CommandSpec has them.
namespace sgn::cli {

void addDevicesArguments(CommandLine &line);
[[nodiscard]] JobMaker readDevices(CommandLine &line);

void addAcceptArguments(CommandLine &line);
[[nodiscard]] JobMaker readAccept(CommandLine &line);

void addImportArguments(CommandLine &line);
[[nodiscard]] JobMaker readImport(CommandLine &line);

void addRemoveArguments(CommandLine &line);
[[nodiscard]] JobMaker readRemove(CommandLine &line);

void addRenameArguments(CommandLine &line);
[[nodiscard]] JobMaker readRename(CommandLine &line);

void addTagArguments(CommandLine &line);
[[nodiscard]] JobMaker readTag(CommandLine &line);

void addNoteArguments(CommandLine &line);
[[nodiscard]] JobMaker readNote(CommandLine &line);

} // namespace sgn::cli
