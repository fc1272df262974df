// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/StatusReader.h"

#include "agent/CommandJournal.h"
#include "base/AtomicFile.h"
#include "base/JsonText.h"
#include "base/VersionFile.h"
#include "config/DeviceConfig.h"
#include "protocol/Reply.h"
#include "supervision/Registry.h"
#include "system/FileLock.h"
#include "system/ProcFs.h"
#include "technician/HoldFile.h"
#include "technician/WatchdogSocket.h"
#include "update/InstallLocations.h"
#include "update/UpdateJournal.h"

#include <algorithm>
#include <QFileInfo>

namespace sgn::technician {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto socketLimit = 3s;
constexpr auto udpLimit = 1s;
constexpr qint64 maxTable = 16 * 1024 * 1024;
constexpr qint64 maxJournal = 1024 * 1024;

std::optional<QDateTime> startOf(qint64 pid)
{
    const auto stat = system::readProcStat(static_cast<pid_t>(pid));
    return stat ? std::optional(QDateTime::currentDateTimeUtc().addMSecs(-system::ageOf(stat->startTime).count()))
                : std::nullopt;
}

bool runs(qint64 pid, quint64 startTime)
{
    const auto stat = system::readProcStat(static_cast<pid_t>(pid));
    return stat && stat->startTime == startTime && stat->state != 'Z';
}

AgentStatus agentOf(const control::AgentReport &report)
{
    AgentStatus agent;
    agent.isRunning = report.process.pid.has_value();
    agent.pid = report.process.pid;
    agent.version = report.process.version > 0 ? std::optional(report.process.version) : std::nullopt;
    agent.since = report.process.since;
    agent.lastExit = report.process.lastExit;
    agent.problem = report.process.problem;
    agent.link = report.link;
    return agent;
}

AgentStatus agentByProc(const DeviceTree &tree)
{
    AgentStatus agent;
    if (const auto found = findAgent(tree)) {
        agent.isRunning = true;
        agent.pid = found->pid;
        agent.since = found->since;
    }
    return agent;
}

void readProcessTable(DeviceStatus &status, const Place &place)
{
    const auto table = readRegularFile(place.tree.processRegistry(), maxTable);
    if (!table && table.error().code == ErrorCode::NotFound) {
        return;
    }
    const RememberedProcesses known =
        table ? remembered(*table, system::readBootId(), runs) : RememberedProcesses{{}, table.error().message};
    status.processes = known.processes;
    if (!known.problem.isEmpty()) {
        status.problems += u"the watchdog's process table can't be read: "_s + known.problem;
    }
}

// Returns false where no watchdog listens.
bool readBySocket(DeviceStatus &status, const Place &place)
{
    auto socket = WatchdogSocket::open(place.socket);
    if (!socket) {
        status.watchdog.problem = socket.error().message;
        return false;
    }
    status.watchdog.pid = socket->watchdog();
    status.watchdog.since = startOf(socket->watchdog());
    const auto body = socket->ask(control::Status{}, socketLimit);
    const auto *const reply = body ? std::get_if<control::StatusReply>(&*body) : nullptr;
    if (reply == nullptr) {
        status.watchdog.state = WatchdogStatus::State::Silent;
        status.watchdog.problem = body ? u"the watchdog sends another reply than requested"_s : body.error().message;
        readProcessTable(status, place);
        status.agent = agentByProc(place.tree);
        return true;
    }
    status.watchdog.state = WatchdogStatus::State::Running;
    status.watchdog.version = reply->watchdogVersion;
    status.processes = reply->processes;
    status.areProcessesLive = true;
    status.agent = reply->agent ? agentOf(*reply->agent) : agentByProc(place.tree);
    return true;
}

void readWithoutSocket(DeviceStatus &status, const Place &place)
{
    status.agent = agentByProc(place.tree);
    if (auto processes = askByUdp(place.port, udpLimit)) {
        status.watchdog.state = WatchdogStatus::State::OnlyUdp;
        status.processes = *std::move(processes);
        status.areProcessesLive = true;
        return;
    }
    const bool isLocked =
        QFileInfo::exists(place.tree.watchdogLock()) && system::FileLock::isHeld(place.tree.watchdogLock());
    status.watchdog.state = isLocked ? WatchdogStatus::State::Silent : WatchdogStatus::State::Dead;
    readProcessTable(status, place);
}

std::optional<int> percentOf(const update::Record &record, const DeviceTree &tree)
{
    const auto source = update::sourceOf(record.order.task);
    if (record.state != update::State::Downloading || !source || source->size.value_or(0) <= 0) {
        return std::nullopt;
    }
    const update::InstallLocations locations{tree.root(), tree.downloads(), tree.caCertificate(), {}};
    const qint64 bytes = QFileInfo(update::pathsFor(record.order.task, locations, record.sitePackages).zip()).size();
    return static_cast<int>(std::clamp<qint64>(bytes * 100 / *source->size, 0, 100));
}

void readUpdate(DeviceStatus &status, const DeviceTree &tree)
{
    const auto text = readRegularFile(tree.updateJournal(), maxJournal);
    if (!text && text.error().code == ErrorCode::NotFound) {
        return;
    }
    const auto record = text ? update::parseRecord(*text) : Result<update::Record>(fail(text.error()));
    if (!record) {
        status.problems += u"the journal of the update in progress can't be read: "_s + record.error().message;
        return;
    }
    UpdateStatus update;
    update.command = record->order.stick ? 0 : static_cast<qint64>(record->order.number);
    update.subject = update::subjectOf(record->order.task);
    update.state = record->state;
    update.percent = percentOf(*record, tree);
    update.since = QFileInfo(tree.updateJournal()).lastModified().toUTC();
    update.problem = record->error ? record->error->message : QString();
    update.window = record->order.window;
    status.update = update;
}

void readLastResult(DeviceStatus &status, const DeviceTree &tree)
{
    const auto commands = agent::CommandJournal::peek(tree.commandRecord());
    if (!commands) {
        if (commands.error().code != ErrorCode::NotFound) {
            status.problems += u"the record of the commands can't be read: "_s + commands.error().message;
        }
        return;
    }
    for (auto command = commands->crbegin(); command != commands->crend(); ++command) {
        const auto message = parseDeviceMessage(command->reply);
        if (const auto *const result = message ? std::get_if<CommandResult>(&*message) : nullptr) {
            status.lastResult = ResultStatus{static_cast<qint64>(command->key.number), command->name, result->success,
                                             result->rolledBack, result->remarks};
            return;
        }
    }
}

} // namespace

std::optional<RunningProcess> findAgent(const DeviceTree &tree)
{
    const QByteArray program = QFile::encodeName(QFileInfo(tree.agentProgram()).canonicalFilePath());
    // One whose release was exchanged while it ran.
    const QByteArray exchanged = QFile::encodeName(tree.agentProgram()) + " (deleted)";
    for (const system::ProcStat &stat : system::readAllProcesses()) {
        const QByteArray executable = system::readExecutable(stat.pid);
        if (stat.state != 'Z' && !executable.isEmpty() && (executable == program || executable == exchanged)) {
            return RunningProcess{stat.pid, stat.startTime,
                                  QDateTime::currentDateTimeUtc().addMSecs(-system::ageOf(stat.startTime).count())};
        }
    }
    return std::nullopt;
}

RememberedProcesses remembered(const QByteArray &table, const QByteArray &bootId,
                               const std::function<bool(qint64 pid, quint64 startTime)> &runs)
{
    const auto json = parseJson(table);
    const auto registry =
        json ? supervision::parseRegistry(json->object(), bootId) : Result<supervision::Registry>(fail(json.error()));
    if (!registry) {
        return {{}, registry.error().message};
    }
    RememberedProcesses known;
    for (const supervision::RegistryEntry &entry : registry->processes) {
        ProcessReport report;
        report.name = entry.name;
        report.version = entry.version;
        report.lastExit = entry.lastExit;
        report.isDead = !entry.identity || !runs(entry.identity->pid, entry.identity->startTime);
        report.state = report.isDead ? ProcessState::Dead : ProcessState::Unknown;
        if (!report.isDead) {
            report.pid = entry.identity->pid;
        }
        known.processes += report;
    }
    return known;
}

DeviceStatus readStatus(const Place &place)
{
    DeviceStatus status;
    status.now = QDateTime::currentDateTimeUtc();
    status.folder = place.tree.root();
    if (const auto config = loadDeviceConfig(place.tree)) {
        status.account = config->clientJid;
    } else {
        status.problems += config.error().message;
    }
    if (!readBySocket(status, place)) {
        readWithoutSocket(status, place);
    }
    if (status.agent.isRunning && !status.agent.version) {
        const auto version = readReleaseVersion(place.tree.jabberClient());
        status.agent.version = version ? std::optional(*version) : std::nullopt;
    }
    readUpdate(status, place.tree);
    readLastResult(status, place.tree);
    status.hold = readHold(place.tree);
    return status;
}

} // namespace sgn::technician
