// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/DeviceCommand.h"

#include <algorithm>
#include <array>
#include <QDir>

namespace sgn::technician {

using namespace Qt::StringLiterals;

std::span<const DeviceCommand> deviceCommands()
{
    static constexpr std::array all{
        DeviceCommand{"status"_L1, "what runs, what has died, the server, the update in progress"_L1, runStatus},
        DeviceCommand{"check"_L1, "what is wrong, each with its cure"_L1, runCheck},
        DeviceCommand{"restart"_L1, "restart a process, all of them or the agent"_L1, runRestart},
        DeviceCommand{"hold"_L1, "have updates wait while people work on the device"_L1, runHold},
        DeviceCommand{"resume"_L1, "end a hold"_L1, runResume},
        DeviceCommand{"logs"_L1, "print or follow a log"_L1, runLogs},
    };
    return all;
}

int runDeviceCommand(const QStringList &arguments)
{
    const QString name = arguments.value(1);
    if (!name.isEmpty() && !name.startsWith(u'-')) {
        const auto found =
            std::ranges::find_if(deviceCommands(), [&name](const DeviceCommand &c) { return c.name == name; });
        if (found == deviceCommands().end()) {
            CommandLine::usageError(u"there is no command '%1'"_s.arg(name));
        }
        return found->run(arguments);
    }
    QString description = u"Shows and mends a device, for whoever stands before it. Run it as the user of the device's "
                          "folder.\n\nCommands:\n"_s;
    for (const DeviceCommand &command : deviceCommands()) {
        description += u"  %1  %2\n"_s.arg(command.name, -8).arg(command.summary);
    }
    CommandLine line(description + u"\n\"sgn-device COMMAND --help\" describes each."_s, u"sgn-device status"_s);
    line.parser().addPositionalArgument(u"command"_s, u"What to do."_s, u"COMMAND"_s);
    line.process(arguments);
    CommandLine::usageError(u"a command is missing"_s);
}

void addPlaceOptions(QCommandLineParser &parser)
{
    parser.addOptions({
        {u"folder"_s, u"The device's folder."_s, u"DIR"_s, DeviceTree::defaultRoot()},
        {u"socket"_s, u"Control socket of its watchdog."_s, u"PATH"_s, DeviceTree::controlSocket()},
        {u"port"_s, u"UDP port of its watchdog."_s, u"N"_s, u"4951"_s},
    });
}

Place placeOf(const CommandLine &line, const QCommandLineParser &parser)
{
    if (parser.value(u"folder"_s).isEmpty()) {
        CommandLine::usageError(u"--folder takes a folder"_s);
    }
    return {DeviceTree(parser.value(u"folder"_s)),
            QDir::cleanPath(QDir::current().absoluteFilePath(parser.value(u"socket"_s))),
            static_cast<quint16>(line.number(u"port"_s, 1, 65535))};
}

QStringList operands(CommandLine &line, qsizetype most)
{
    QStringList given = line.parser().positionalArguments().sliced(1);
    if (given.size() > most) {
        CommandLine::usageError(u"'%1' is one argument too many"_s.arg(given.at(most)));
    }
    return given;
}

} // namespace sgn::technician
