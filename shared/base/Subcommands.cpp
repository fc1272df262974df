// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Subcommands.h"

#include <algorithm>

namespace sgn {

using namespace Qt::StringLiterals;

int runSubcommand(std::span<const Subcommand> all, const QString &purpose, const QString &example,
                  const QStringList &arguments)
{
    const QString name = arguments.value(1);
    if (!name.isEmpty() && !name.startsWith(u'-')) {
        const auto found =
            std::ranges::find_if(all, [&name](const Subcommand &command) { return command.name == name; });
        if (found == all.end()) {
            CommandLine::usageError(u"there is no command '%1'"_s.arg(name));
        }
        return found->run(arguments);
    }
    CommandLine line(purpose, example);
    for (const Subcommand &command : all) {
        line.addCommand(command.name, command.summary);
    }
    line.addPositionalArgument(u"command"_s, u"What to do."_s, u"COMMAND"_s);
    line.process(arguments);
    CommandLine::usageError(u"a command is missing"_s);
}

} // namespace sgn
