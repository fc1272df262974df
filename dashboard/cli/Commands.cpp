// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Commands.h"

#include "cli/CommandJobs.h"
#include "cli/FleetJobs.h"
#include "cli/LogsJob.h"
#include "cli/WatchJobs.h"

#include <algorithm>
#include <array>
#include <QFileInfo>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

// What follows the command's name.
QStringList operands(CommandLine &line)
{
    return line.parser().positionalArguments().mid(1);
}

void expectNoOperands(CommandLine &line)
{
    if (const QStringList extra = operands(line); !extra.isEmpty()) {
        CommandLine::usageError(u"unexpected argument '%1'"_s.arg(extra.front()));
    }
}

void addNothing(QCommandLineParser &) {}

struct ComponentWord
{
    QLatin1StringView word;
    Component component = Component::SmartMeter;
};
constexpr std::array componentsByWord{
    ComponentWord{"smart-meter"_L1, Component::SmartMeter},
    ComponentWord{"agent"_L1, Component::JabberClient},
    ComponentWord{"watchdog"_L1, Component::WatchDog},
    ComponentWord{"python"_L1, Component::SitePackages},
};

// For help and refusals: "smart-meter, agent, ...".
QString componentWords()
{
    QStringList words;
    for (const ComponentWord &known : componentsByWord) {
        words += known.word;
    }
    return words.join(u", "_s);
}

std::optional<Component> componentFrom(const QString &word)
{
    const auto *const it = std::ranges::find(componentsByWord, word, &ComponentWord::word);
    return it == componentsByWord.end() ? std::nullopt : std::optional(it->component);
}

void addDevicesArguments(QCommandLineParser &parser)
{
    parser.addOption({u"online"_s, u"Only devices that are online."_s});
    parser.addOption({u"dead"_s, u"Only devices with a dead process."_s});
}

JobMaker readDevices(CommandLine &line)
{
    expectNoOperands(line);
    const bool online = line.parser().isSet(u"online"_s);
    const bool dead = line.parser().isSet(u"dead"_s);
    if (online && dead) {
        CommandLine::usageError(u"--online and --dead can't be combined"_s);
    }
    const auto show = online ? DevicesJob::Show::Online : dead ? DevicesJob::Show::Dead : DevicesJob::Show::All;
    return [show](const Terms &terms) {
        return std::make_unique<DevicesJob>(terms, show);
    };
}

void addVersionsArguments(QCommandLineParser &parser)
{
    parser.addPositionalArgument(u"DEVICE"_s, u"Devices to ask; all if none is named."_s, u"[DEVICE...]"_s);
    parser.addOption({u"all"_s, u"Ask all devices."_s});
    parser.addOption({u"wait"_s, u"Wait also for devices that are offline now."_s});
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

void addUpdateArguments(QCommandLineParser &parser)
{
    parser.addPositionalArgument(u"COMPONENT"_s, componentWords() + u" or ca."_s);
    parser.addPositionalArgument(
        u"FILE_OR_URL"_s,
        u"A release zip, or for ca a PEM file, which is put into the server's file store, or where devices can fetch "
        "one."_s);
    parser.addOption({u"process"_s,
                      u"A process and its version; may be repeated. Without: those of the zip, each one "
                      "version higher than any in the fleet."_s,
                      u"NAME=VERSION"_s});
    parser.addOption({u"version"_s, u"The version of any other component."_s, u"N"_s});
    parser.addOption({u"to"_s, u"A device; may be repeated or be a list with commas."_s, u"DEVICE"_s});
    parser.addOption({u"all"_s, u"To all devices."_s});
    parser.addOption({u"not-after"_s,
                      u"A device that gets it later does nothing, e.g. 2026-01-31T12:00:00Z. "
                      "Without: a week from now."_s,
                      u"TIME"_s});
    parser.addOption({u"force"_s, u"Install even a lower version or one that is there already."_s});
    parser.addOption({u"sign"_s, u"Sign the zip with this release key, a file of 'sgn-provision keys'."_s, u"KEY"_s});
    parser.addOption({u"release"_s,
                      u"The zip's signed manifest, a file of 'sgn-provision sign'; the key stays elsewhere."_s,
                      u"FILE"_s});
    parser.addOption({u"files"_s,
                      u"The list of the zip's files, of 'sgn-provision sign --files', or for an address where devices "
                      "can fetch it."_s,
                      u"FILE_OR_URL"_s});
    parser.addOption({u"wait"_s, u"Wait until every device has answered."_s});
}

QList<ProcessVersion> readProcesses(const QStringList &texts)
{
    QList<ProcessVersion> processes;
    for (const QString &text : texts) {
        const qsizetype equals = text.lastIndexOf(u'=');
        bool ok = false;
        const ProcessVersion process{text.left(equals), text.mid(equals + 1).toInt(&ok)};
        if (equals < 1 || !ok || process.version < 0 || !isValidProcessName(process.name)) {
            CommandLine::usageError(u"--process takes NAME=VERSION, such as ocr=2, not '%1'"_s.arg(text));
        }
        processes += process;
    }
    return processes;
}

QStringList readTargets(CommandLine &line)
{
    QStringList targets;
    // "--to a,b", "--to a --to b" and "--to a b" are all what people type.
    for (const QString &list : line.parser().values(u"to"_s) + operands(line).mid(2)) {
        targets += list.split(u',', Qt::SkipEmptyParts);
    }
    if (targets.isEmpty() != line.parser().isSet(u"all"_s)) {
        CommandLine::usageError(u"name the devices with --to, or all of them with --all"_s);
    }
    return targets;
}

QDateTime readNotAfter(CommandLine &line)
{
    if (!line.parser().isSet(u"not-after"_s)) {
        return {};
    }
    const QString text = line.parser().value(u"not-after"_s);
    const QDateTime time = QDateTime::fromString(text, Qt::ISODate);
    if (!time.isValid() || time.timeSpec() == Qt::LocalTime) {
        CommandLine::usageError(
            u"--not-after takes a time with zone, such as 2026-01-31T12:00:00Z, not '%1'"_s.arg(text));
    }
    return time.toUTC();
}

bool isWebAddress(const QString &source)
{
    return source.startsWith("https://"_L1) || source.startsWith("http://"_L1);
}

void readSource(const QString &source, UpdateJobRun::Wish &wish)
{
    if (isWebAddress(source)) {
        wish.url = QUrl(source, QUrl::StrictMode);
        if (!wish.url.isValid()) {
            CommandLine::usageError(u"'%1' is no web address"_s.arg(source));
        }
        const bool isRelease = wish.what == UpdateRequest::What::Release;
        if (isRelease && wish.component == Component::SmartMeter && wish.processes.isEmpty()) {
            CommandLine::usageError(u"an address needs --process NAME=VERSION for each process of the release"_s);
        }
        if (isRelease && wish.component != Component::SmartMeter && !wish.version) {
            CommandLine::usageError(u"an address needs --version N"_s);
        }
        return;
    }
    if (!QFileInfo(source).isFile()) {
        CommandLine::usageError(u"there is no file '%1'"_s.arg(source));
    }
    wish.file = source;
}

void readComponent(const QString &word, UpdateJobRun::Wish &wish)
{
    if (word == "ca"_L1) {
        wish.what = UpdateRequest::What::CaFile;
    } else if (const auto component = componentFrom(word)) {
        wish.component = *component;
    } else {
        CommandLine::usageError(u"the component is %1 or ca, not '%2'"_s.arg(componentWords(), word));
    }
}

// Which versions there can be depends on the component.
void readVersionsOf(CommandLine &line, UpdateJobRun::Wish &wish)
{
    const bool isRelease = wish.what == UpdateRequest::What::Release;
    const bool hasProcesses = isRelease && wish.component == Component::SmartMeter;
    wish.processes = readProcesses(line.parser().values(u"process"_s));
    if (!hasProcesses && !wish.processes.isEmpty()) {
        CommandLine::usageError(u"--process is for smart-meter only"_s);
    }
    if (!line.parser().isSet(u"version"_s)) {
        return;
    }
    if (hasProcesses) {
        CommandLine::usageError(u"--version isn't for smart-meter, which has --process NAME=VERSION"_s);
    }
    if (!isRelease) {
        CommandLine::usageError(u"--version isn't for ca, which has none"_s);
    }
    wish.version = line.number(u"version"_s, 0, maxVersion);
}

void readSignature(CommandLine &line, UpdateJobRun::Wish &wish)
{
    wish.keyFile = line.parser().value(u"sign"_s);
    wish.releaseFile = line.parser().value(u"release"_s);
    if (!wish.keyFile.isEmpty() && !wish.releaseFile.isEmpty()) {
        CommandLine::usageError(u"--sign and --release can't be combined"_s);
    }
    if (!wish.keyFile.isEmpty() && wish.file.isEmpty()) {
        CommandLine::usageError(u"--sign needs the file itself; an address goes with --release FILE"_s);
    }
    const QString files = line.parser().value(u"files"_s);
    if (!files.isEmpty() && wish.releaseFile.isEmpty()) {
        CommandLine::usageError(u"--files goes with --release"_s);
    }
    if (!files.isEmpty() && isWebAddress(files) != wish.file.isEmpty()) {
        CommandLine::usageError(u"--files takes a file with a zip, and an address with an address"_s);
    }
    (wish.file.isEmpty() ? wish.releaseUrl : wish.listFile) = files;
}

JobMaker readUpdate(CommandLine &line)
{
    const QStringList given = operands(line);
    const bool hasMoreTargets = given.size() > 2 && line.parser().isSet(u"to"_s);
    if (given.size() != 2 && !hasMoreTargets) {
        CommandLine::usageError(
            u"update takes a component (%1 or ca) and a zip or PEM file, or its address"_s.arg(componentWords()));
    }
    UpdateJobRun::Wish wish;
    readComponent(given.at(0), wish);
    readVersionsOf(line, wish);
    wish.targets = readTargets(line);
    wish.notAfter = readNotAfter(line);
    wish.force = line.parser().isSet(u"force"_s);
    wish.until = line.parser().isSet(u"wait"_s) ? CommandJob::Until::Answered : CommandJob::Until::Sent;
    readSource(given.at(1), wish);
    readSignature(line, wish);
    return [wish](const Terms &terms) {
        return std::make_unique<UpdateJobRun>(terms, wish);
    };
}

void addLogsArguments(QCommandLineParser &parser)
{
    parser.addPositionalArgument(u"DEVICE"_s, u"Whose logs."_s, u"DEVICE..."_s);
    parser.addOption({u"out"_s, u"Copy the logs into this folder, one folder per device."_s, u"DIR"_s});
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

void addWait(QCommandLineParser &parser)
{
    parser.addOption({u"wait"_s, u"Wait until every device has answered."_s});
}

CommandJob::Until readWait(CommandLine &line)
{
    return line.parser().isSet(u"wait"_s) ? CommandJob::Until::Answered : CommandJob::Until::Sent;
}

void addRebootArguments(QCommandLineParser &parser)
{
    parser.addPositionalArgument(u"DEVICE"_s, u"Whose machine is restarted."_s, u"DEVICE..."_s);
    addWait(parser);
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

void addRollbackArguments(QCommandLineParser &parser)
{
    parser.addPositionalArgument(u"COMPONENT"_s, componentWords() + u'.');
    parser.addPositionalArgument(u"DEVICE"_s, u"Where the release before the installed one comes back."_s,
                                 u"DEVICE..."_s);
    addWait(parser);
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

void addRestartArguments(QCommandLineParser &parser)
{
    parser.addPositionalArgument(u"DEVICE"_s, u"Where."_s);
    parser.addPositionalArgument(u"PROCESS"_s, u"A process that the device's watchdog knows."_s);
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

void addActivityArguments(QCommandLineParser &parser)
{
    parser.addPositionalArgument(u"DEVICE"_s, u"Only what concerns this device."_s, u"[DEVICE]"_s);
    parser.addOption({u"csv"_s, u"As CSV."_s});
    parser.addOption({u"limit"_s, u"The newest N lines (500)."_s, u"N"_s, u"500"_s});
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
        {u"versions"_s, u"Ask devices for their versions and show the answers."_s, u"versions altimeter_0001"_s, 30,
         &addVersionsArguments, &readVersions},
        {u"dead"_s, u"Show dead processes."_s, u"dead --json"_s, 30, &addNothing, &readDead},
        {u"update"_s, u"Send a release to devices."_s,
         u"update smart-meter SmartMeter.zip --process ocr=2 --to altimeter_0001 --wait"_s, 900, &addUpdateArguments,
         &readUpdate},
        {u"logs"_s, u"Get devices' logs."_s, u"logs altimeter_0001 --out logs"_s, 120, &addLogsArguments, &readLogs},
        {u"restart"_s, u"Restart a process of a device."_s, u"restart altimeter_0001 ocr"_s, 60, &addRestartArguments,
         &readRestart},
        {u"reboot"_s, u"Restart devices' machines."_s, u"reboot altimeter_0001 --wait"_s, 600, &addRebootArguments,
         &readReboot},
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
