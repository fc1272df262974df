// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Subcommands.h"

#include <algorithm>
#include <QCoreApplication>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

QString describe(std::span<const Subcommand> all, const QString &purpose)
{
    qsizetype column = 0;
    for (const Subcommand &command : all) {
        column = std::max(column, command.name.size());
    }
    QString text = purpose + u"\n\nCommands:\n"_s;
    for (const Subcommand &command : all) {
        text += u"  "_s + QString(command.name).leftJustified(column) + u"  "_s + command.summary + u'\n';
    }
    return text + u"\n\"%1 COMMAND --help\" describes each."_s.arg(QCoreApplication::applicationName());
}

} // namespace

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
    CommandLine line(describe(all, purpose), example);
    line.parser().addPositionalArgument(u"command"_s, u"What to do."_s, u"COMMAND"_s);
    line.process(arguments);
    CommandLine::usageError(u"a command is missing"_s);
}

} // namespace sgn
