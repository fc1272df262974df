// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/CommandLine.h"
#include "cli/CommandJobs.h"
#include "protocol/Command.h"

#include <optional>
#include <QStringList>

// What several commands of sgnctl read from their lines in the same way.
namespace sgn::cli {

// What follows the command's name.
[[nodiscard]] QStringList operands(CommandLine &line);

// Ends the program with one sentence if there is any.
void expectNoOperands(CommandLine &line);

// "smart-meter" and its kin. Nothing for any other word.
[[nodiscard]] std::optional<Component> componentFrom(const QString &word);
// All of them; the second as one text for help and refusals: "smart-meter, agent, ...".
[[nodiscard]] QStringList componentNameList();
[[nodiscard]] QString componentWords();

// --wait
void addWait(CommandLine &line);
[[nodiscard]] CommandJob::Until readWait(CommandLine &line);

} // namespace sgn::cli
