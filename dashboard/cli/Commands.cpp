// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Commands.h"

#include "cli/Arguments.h"
#include "cli/CommandJobs.h"
#include "cli/DeviceArguments.h"
#include "cli/FleetJobs.h"
#include "cli/LogsJob.h"
#include "cli/RolloutArguments.h"
#include "cli/UpdateArguments.h"
#include "cli/WatchJobs.h"
#include "wording/Problems.h"

#include <algorithm>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

void addNothing(CommandLine &) {}

void addVersionsArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Devices to ask; all if none is named."_s, u"[DEVICE...]"_s);
    line.addOption({u"all"_s, u"Ask all devices."_s});
    line.addOption({u"wait"_s, u"Wait also for devices that are offline now."_s});
}

JobMaker readVersions(CommandLine &line)
{
    const QStringList names = operands(line);
    if (line.parser().isSet(u"all"_s) && !names.isEmpty()) {
        CommandLine::usageError(u"--all and names of devices can't be combined"_s);
    }
    const auto patience = line.parser().isSet(u"wait"_s) ? VersionsJob::Patience::All : VersionsJob::Patience::Online;
    return [names, patience](const Terms &terms) {
        return std::make_unique<VersionsJob>(terms, names, patience);
    };
}

JobMaker readDead(CommandLine &line)
{
    expectNoOperands(line);
    return [](const Terms &terms) {
        return std::make_unique<DeadJob>(terms);
    };
}

void addLogsArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Whose logs."_s, u"DEVICE..."_s);
    line.addOption({u"out"_s, u"Copy the logs into this folder, one folder per device."_s, u"DIR"_s});
}

JobMaker readLogs(CommandLine &line)
{
    const QStringList names = operands(line);
    if (names.isEmpty()) {
        CommandLine::usageError(u"logs takes at least one device"_s);
    }
    const QString out = line.parser().value(u"out"_s);
    return [names, out](const Terms &terms) {
        return std::make_unique<LogsJob>(terms, names, out);
    };
}

void addRebootArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Whose machine is restarted."_s, u"DEVICE..."_s);
    addWait(line);
}

JobMaker readReboot(CommandLine &line)
{
    const QStringList names = operands(line);
    if (names.isEmpty()) {
        CommandLine::usageError(u"reboot takes at least one device"_s);
    }
    return [names, until = readWait(line)](const Terms &terms) {
        return std::make_unique<RebootJob>(terms, names, until);
    };
}

void addConfigArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Whose configuration is replaced."_s);
    line.addPositionalArgument(u"FILE"_s, u"The new config_file.bin, encrypted under this device's key."_s);
    addWait(line);
}

JobMaker readConfig(CommandLine &line)
{
    const QStringList given = operands(line);
    if (given.size() != 2) {
        CommandLine::usageError(u"config takes a device and a file"_s);
    }
    return [given, until = readWait(line)](const Terms &terms) {
        return std::make_unique<ConfigJob>(terms, given.at(0), given.at(1), until);
    };
}

void addRollbackArguments(CommandLine &line)
{
    line.addPositionalArgument(u"COMPONENT"_s, componentWords() + u'.', {}, componentNameList());
    line.addPositionalArgument(u"DEVICE"_s, u"Where the release before the installed one comes back."_s,
                               u"DEVICE..."_s);
    addWait(line);
}

JobMaker readRollback(CommandLine &line)
{
    const QStringList given = operands(line);
    if (given.size() < 2) {
        CommandLine::usageError(u"rollback takes a component and at least one device"_s);
    }
    const auto component = componentFrom(given.front());
    if (!component) {
        CommandLine::usageError(u"the component is %1, not '%2'"_s.arg(componentWords(), given.front()));
    }
    return [component = *component, names = given.mid(1), until = readWait(line)](const Terms &terms) {
        return std::make_unique<RollbackJob>(terms, component, names, until);
    };
}

void addRestartArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Where."_s);
    line.addPositionalArgument(u"PROCESS"_s, u"A process that the device's watchdog knows."_s);
}

JobMaker readRestart(CommandLine &line)
{
    const QStringList given = operands(line);
    if (given.size() != 2) {
        CommandLine::usageError(u"restart takes a device and a process"_s);
    }
    return [given](const Terms &terms) {
        return std::make_unique<RestartJob>(terms, given.at(0), given.at(1));
    };
}

JobMaker readWatch(CommandLine &line)
{
    expectNoOperands(line);
    return [](const Terms &terms) {
        return std::make_unique<WatchJob>(terms);
    };
}

void addActivityArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Only what concerns this device."_s, u"[DEVICE]"_s);
    line.addOption({u"csv"_s, u"As CSV."_s});
    line.addOption({u"limit"_s, u"The newest N lines (500)."_s, u"N"_s, u"500"_s});
}

JobMaker readActivity(CommandLine &line)
{
    const QStringList names = operands(line);
    if (names.size() > 1) {
        CommandLine::usageError(u"activity takes at most one device"_s);
    }
    const int limit = line.number(u"limit"_s, 1, 1'000'000);
    const auto format = line.parser().isSet(u"csv"_s) ? ActivityJob::Format::Csv : ActivityJob::Format::Table;
    return [names, limit, format](const Terms &terms) {
        return std::make_unique<ActivityJob>(terms, names, limit, format);
    };
}

} // namespace

const QList<CommandSpec> &commandSpecs()
{
    static const QList<CommandSpec> specs{
        {u"devices"_s, u"Show the fleet."_s, u"devices --online"_s, 30, &addDevicesArguments, &readDevices},
        {u"accept"_s, u"Accept new devices."_s, u"accept 'altimeter_*'"_s, 60, &addAcceptArguments, &readAccept},
        {u"import"_s, u"Take devices, their names, tags and notes from a list."_s, u"import fleet.csv --dry-run"_s, 600,
         &addImportArguments, &readImport},
        {u"remove"_s, u"Take devices out of the fleet."_s, u"remove altimeter_0001"_s, 60, &addRemoveArguments,
         &readRemove},
        {u"rename"_s, u"Name a device, at all desks."_s, u"rename altimeter_0001 'High Street 1'"_s, 30,
         &addRenameArguments, &readRename},
        {u"tag"_s, u"Add and remove tags of devices, at all desks."_s, u"tag altimeter_0001 --add north"_s, 60,
         &addTagArguments, &readTag},
        {u"note"_s, u"Write what all desks should know of a device, or show it."_s,
         u"note altimeter_0001 --set cupboard=12"_s, 30, &addNoteArguments, &readNote},
        {u"versions"_s, u"Ask devices for their versions and show the answers."_s, u"versions altimeter_0001"_s, 30,
         &addVersionsArguments, &readVersions},
        {u"dead"_s, u"Show dead processes."_s, u"dead --json"_s, 30, &addNothing, &readDead},
        {u"update"_s, u"Send a release to devices."_s,
         u"update smart-meter SmartMeter.zip --process ocr=2 --to altimeter_0001 --wait"_s, 900, &addUpdateArguments,
         &readUpdate},
        {u"rollout"_s, u"Send a release in waves, at all desks."_s,
         u"rollout start smart-meter SmartMeter.zip --tag north --wave 3 --wave 100% --wait"_s, 60,
         &addRolloutArguments, &readRollout},
        {u"logs"_s, u"Get devices' logs."_s, u"logs altimeter_0001 --out logs"_s, 120, &addLogsArguments, &readLogs},
        {u"restart"_s, u"Restart a process of a device."_s, u"restart altimeter_0001 ocr"_s, 60, &addRestartArguments,
         &readRestart},
        {u"reboot"_s, u"Restart devices' machines."_s, u"reboot altimeter_0001 --wait"_s, 600, &addRebootArguments,
         &readReboot},
        {u"config"_s, u"Replace a device's configuration, which it keeps if it comes online by it."_s,
         u"config altimeter_0001 config_file.bin --wait"_s, 900, &addConfigArguments, &readConfig},
        {u"rollback"_s, u"Put devices' previous release back."_s, u"rollback smart-meter altimeter_0001 --wait"_s, 900,
         &addRollbackArguments, &readRollback},
        {u"watch"_s, u"Show what happens as it happens, until Ctrl-C."_s, u"watch --json"_s, 0, &addNothing,
         &readWatch},
        {u"activity"_s, u"Show what was sent and answered."_s, u"activity altimeter_0001 --csv"_s, 30,
         &addActivityArguments, &readActivity},
    };
    return specs;
}

const CommandSpec *findCommand(const QString &name)
{
    const auto it = std::ranges::find(commandSpecs(), name, &CommandSpec::name);
    return it == commandSpecs().end() ? nullptr : &*it;
}

} // namespace sgn::cli
