// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/DeviceCommands.h"

#include "base/Subcommands.h"
#include "technician/Screen.h"

#include <array>
#include <QDir>

namespace sgn::technician {

using namespace Qt::StringLiterals;

int runDeviceCommand(const QStringList &arguments)
{
    static constexpr std::array all{
        Subcommand{"status"_L1, "what runs, what has died, the server, the update in progress"_L1, runStatus},
        Subcommand{"check"_L1, "what is wrong, each with its cure"_L1, runCheck},
        Subcommand{"restart"_L1, "restart a process, all of them or the agent"_L1, runRestart},
        Subcommand{"hold"_L1, "have updates wait while people work on the device"_L1, runHold},
        Subcommand{"resume"_L1, "end a hold"_L1, runResume},
        Subcommand{"logs"_L1, "print or follow a log"_L1, runLogs},
    };
    return runSubcommand(all,
                         u"Shows and mends a device, for whoever stands before it. Run it as the user of the device's "
                         "folder."_s,
                         u"sgn-device status"_s, arguments);
}

void addPlaceOptions(CommandLine &line)
{
    line.addOptions({
        {u"folder"_s, u"The device's folder."_s, u"DIR"_s, DeviceTree::defaultRoot()},
        {u"socket"_s, u"Control socket of its watchdog."_s, u"PATH"_s, DeviceTree::controlSocket()},
        {u"port"_s, u"UDP port of its watchdog."_s, u"N"_s, u"4951"_s},
    });
}

Place placeOf(const CommandLine &line)
{
    const QCommandLineParser &parser = line.parser();
    if (parser.value(u"folder"_s).isEmpty()) {
        CommandLine::usageError(u"--folder takes a folder"_s);
    }
    return {DeviceTree(parser.value(u"folder"_s)),
            QDir::cleanPath(QDir::current().absoluteFilePath(parser.value(u"socket"_s))),
            static_cast<quint16>(line.number(u"port"_s, 1, 65535))};
}

QStringList operands(const CommandLine &line, qsizetype most)
{
    QStringList given = line.parser().positionalArguments().sliced(1);
    if (given.size() > most) {
        CommandLine::usageError(u"'%1' is one argument too many"_s.arg(given.at(most)));
    }
    return given;
}

int failed(const Error &error)
{
    complain(error.message);
    return ExitFailed;
}

} // namespace sgn::technician
