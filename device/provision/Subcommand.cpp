// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/Subcommand.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sgn::provision {

using namespace Qt::StringLiterals;

std::span<const Subcommand> subcommands()
{
    static constexpr std::array all{
        Subcommand{"card"_L1, "prepare a card with Raspberry Pi OS for a device"_L1, runCard},
        Subcommand{"batch"_L1, "make the cards of a whole fleet from one image and a list"_L1, runBatch},
        Subcommand{"check"_L1, "compare a card with its order, or find out whether it will be a device"_L1, runCheck},
        Subcommand{"encrypt"_L1, "check a config and write it as config_file.bin"_L1, runEncrypt},
        Subcommand{"decrypt"_L1, "print a config_file.bin as JSON"_L1, runDecrypt},
        Subcommand{"keys"_L1, "make a key that signs releases or commands"_L1, runKeys},
        Subcommand{"root-keys"_L1, "write the keys that bind a device where only root can change them"_L1, runRootKeys},
        Subcommand{"sign"_L1, "sign a release for devices that demand it"_L1, runSign},
    };
    return all;
}

int runSubcommand(const QStringList &arguments)
{
    const QString name = arguments.value(1);
    if (!name.isEmpty() && !name.startsWith(u'-')) {
        const auto found = std::ranges::find_if(subcommands(), [&name](const Subcommand &s) { return s.name == name; });
        if (found == subcommands().end()) {
            CommandLine::usageError(u"there is no command '%1'"_s.arg(name));
        }
        return found->run(arguments);
    }
    QString description = u"Prepares a device.\n\nCommands:\n"_s;
    for (const Subcommand &subcommand : subcommands()) {
        description += u"  %1  %2\n"_s.arg(subcommand.name, -9).arg(subcommand.summary);
    }
    CommandLine commandLine(description + u"\n\"sgn-provision COMMAND --help\" describes each."_s,
                            u"sgn-provision encrypt config.json /media/card/home/pi/technospurs/cfg/config_file.bin"_s);
    commandLine.parser().addPositionalArgument(u"command"_s, u"What to do."_s, u"COMMAND"_s);
    commandLine.process(arguments);
    CommandLine::usageError(u"a command is missing"_s);
}

QStringList operands(CommandLine &commandLine, const QStringList &names)
{
    QStringList given = commandLine.parser().positionalArguments().sliced(1);
    if (given.size() < names.size()) {
        CommandLine::usageError(u"%1 is missing"_s.arg(names.at(given.size())));
    }
    if (given.size() > names.size()) {
        CommandLine::usageError(u"'%1' is one argument too many"_s.arg(given.at(names.size())));
    }
    return given;
}

void complain(const QString &message)
{
    std::fputs(qUtf8Printable(u"sgn-provision: "_s + message + u'\n'), stderr);
}

} // namespace sgn::provision
