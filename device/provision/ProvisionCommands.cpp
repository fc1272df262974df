// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/ProvisionCommands.h"

#include "base/Printable.h"
#include "base/Subcommands.h"

#include <array>
#include <cstdio>

namespace sgn::provision {

using namespace Qt::StringLiterals;

int runProvisionCommand(const QStringList &arguments)
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
        Subcommand{"stick"_L1, "write signed releases onto a USB stick for devices without a network"_L1, runStick},
    };
    return runSubcommand(all, u"Prepares a device."_s,
                         u"sgn-provision encrypt config.json /media/card/home/pi/technospurs/cfg/config_file.bin"_s,
                         arguments);
}

QStringList operands(const CommandLine &commandLine, const QStringList &names)
{
    // As by "$NAME" in a script that doesn't set it: a card would come out without what was meant.
    for (const QString &name : commandLine.parser().optionNames()) {
        if (commandLine.valuesOf(name).contains(QString())) {
            CommandLine::usageError(u"--%1 is given without a value"_s.arg(name));
        }
    }
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
    std::fputs(qUtf8Printable(u"sgn-provision: "_s + printable(message) + u'\n'), stderr);
}

} // namespace sgn::provision
