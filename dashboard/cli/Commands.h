// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

namespace sgn::cli {

// One command of sgnctl.
struct CommandSpec
{
    QString name;
    QString description;
    QString example; // after "sgnctl --panel panel.json "
    int timeoutS = 30;
    void (*addArguments)(CommandLine &line);
    // Ends the program with one sentence when what was typed makes no sense.
    JobMaker (*read)(CommandLine &line);
};

[[nodiscard]] const QList<CommandSpec> &commandSpecs();
[[nodiscard]] const CommandSpec *findCommand(const QString &name);

} // namespace sgn::cli
