// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Reply.h"

#include "protocol/Json.h"

#include <algorithm>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxCommandNo = 2147483647;
constexpr qsizetype maxFrom = 256;
constexpr qsizetype maxRemarks = 4096;
constexpr qsizetype maxProblem = 1000;
constexpr qsizetype maxName = 64;
constexpr qsizetype maxFact = 256;
constexpr qint64 maxCount = 1LL << 53; // what a JSON number holds exactly
constexpr qsizetype maxLogLines = 20;
constexpr qsizetype maxLogLine = 512;

// The seed's own replies name no command; the misspelt field is how a result is known.
bool looksLikeResult(const JsonReader &reader)
{
    return reader.has("command_no"_L1) && (reader.has("succcess"_L1) || reader.has("success"_L1));
}

Result<DeviceMessage> checked(const JsonReader &reader, DeviceMessage message)
{
    if (reader.error()) {
        return fail(*reader.error());
    }
    return message;
}

Result<DeviceMessage> readResult(JsonReader &reader)
{
    CommandResult result;
    result.number = static_cast<CommandNo>(reader.requiredInteger("command_no"_L1, 1, maxCommandNo));
    result.from = reader.requiredText("from"_L1, maxFrom);
    result.success = reader.has("succcess"_L1) ? reader.requiredBool("succcess"_L1) : reader.requiredBool("success"_L1);
    result.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    result.command = reader.optionalText("command"_L1, maxName);
    if (const QString error = reader.optionalText("error"_L1, maxName); !error.isEmpty()) {
        result.error = errorCodeFromString(error);
    }
    result.durationS = reader.optionalNumber("duration_s"_L1);
    result.bytes = reader.optionalInteger("bytes"_L1, 0, maxCount);
    result.rolledBack = reader.optionalBool("rolled_back"_L1, false);
    result.log = reader.optionalTexts("log"_L1, maxLogLines, maxLogLine);
    return checked(reader, result);
}

std::optional<int> optionalVersion(JsonReader &reader, QLatin1StringView key)
{
    const auto version = reader.optionalInteger(key, 0, maxVersion);
    return version ? std::optional<int>(static_cast<int>(*version)) : std::nullopt;
}

Result<DeviceMessage> readVersionReport(JsonReader &reader)
{
    VersionReport report;
    report.from = reader.requiredText("from"_L1, maxFrom);
    report.processes = readProcessReports(reader, "processes"_L1);
    DeviceFacts &facts = report.facts;
    facts.agentVersion = optionalVersion(reader, "agent_version"_L1);
    facts.watchdogVersion = optionalVersion(reader, "watchdog_version"_L1);
    facts.os = reader.optionalText("os"_L1, maxFact);
    facts.model = reader.optionalText("model"_L1, maxFact);
    facts.uptimeS = reader.optionalInteger("uptime_s"_L1, 0, maxCount);
    facts.diskFreeMb = reader.optionalInteger("disk_free_mb"_L1, 0, maxCount);
    facts.memAvailableMb = reader.optionalInteger("mem_available_mb"_L1, 0, maxCount);
    facts.temperatureC = reader.optionalNumber("temperature_c"_L1);
    facts.clockOffsetS = reader.optionalNumber("clock_offset_s"_L1);
    facts.packagesVersion = optionalVersion(reader, "packages_version"_L1);
    facts.readOnly = reader.optionalBool("read_only"_L1, false);
    facts.processesOmitted =
        static_cast<int>(reader.optionalInteger("processes_omitted"_L1, 0, maxVersion).value_or(0));
    facts.problem = reader.optionalText("problem"_L1, maxProblem);
    return checked(reader, report);
}

Result<DeviceMessage> readLogsReply(JsonReader &reader)
{
    LogsReply reply;
    reply.from = reader.requiredText("from"_L1, maxFrom);
    reply.success = reader.requiredBool("success"_L1);
    if (const QString url = reader.optionalText("url"_L1, 2048); !url.isEmpty()) {
        reply.url = QUrl(url, QUrl::StrictMode);
        if (!reply.url.isValid() || reply.url.scheme() != "https"_L1 || reply.url.host().isEmpty()) {
            reader.reject("url"_L1, u"must be an https address"_s);
        }
    }
    reply.size = reader.optionalInteger("size"_L1, 0, maxCount);
    reply.sha256 = QByteArray::fromHex(reader.optionalText("sha256"_L1, 64).toLatin1());
    reply.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    if (const auto number = reader.optionalInteger("command_no"_L1, 1, maxCommandNo)) {
        reply.number = static_cast<CommandNo>(*number);
    }
    return checked(reader, reply);
}

Result<DeviceMessage> readProgress(JsonReader &reader)
{
    ProgressReport progress;
    progress.number = static_cast<CommandNo>(reader.requiredInteger("command_no"_L1, 1, maxCommandNo));
    progress.from = reader.requiredText("from"_L1, maxFrom);
    progress.state = reader.requiredText("state"_L1, maxName);
    progress.percent = static_cast<int>(reader.requiredInteger("percent"_L1, 0, 100));
    progress.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    return checked(reader, progress);
}

Result<DeviceMessage> readProcessEvent(JsonReader &reader)
{
    ProcessEvent event;
    event.from = reader.requiredText("from"_L1, maxFrom);
    const auto object = reader.optionalObject("process"_L1);
    if (!object) {
        reader.reject("process"_L1, u"is missing"_s);
        return fail(*reader.error());
    }
    auto process = processReportFromJson(*object);
    if (!process) {
        return fail(process.error().withContext(u"field \"process\""_s));
    }
    event.process = *std::move(process);
    return checked(reader, event);
}

// At most what a reader accepts; the end of the text is kept, because it matters most.
QJsonArray lastLines(const QStringList &lines)
{
    QJsonArray array;
    for (const QString &line : lines.last(std::min(lines.size(), maxLogLines))) {
        array += line.left(maxLogLine);
    }
    return array;
}

void insertFacts(QJsonObject &object, const DeviceFacts &facts)
{
    const auto put = [&object](QLatin1StringView key, const auto &value) {
        if (value) {
            object[key] = *value;
        }
    };
    const auto putText = [&object](QLatin1StringView key, const QString &value) {
        if (!value.isEmpty()) {
            object[key] = value;
        }
    };
    put("agent_version"_L1, facts.agentVersion);
    put("watchdog_version"_L1, facts.watchdogVersion);
    putText("os"_L1, facts.os);
    putText("model"_L1, facts.model);
    put("uptime_s"_L1, facts.uptimeS);
    put("disk_free_mb"_L1, facts.diskFreeMb);
    put("mem_available_mb"_L1, facts.memAvailableMb);
    put("temperature_c"_L1, facts.temperatureC);
    put("clock_offset_s"_L1, facts.clockOffsetS);
    put("packages_version"_L1, facts.packagesVersion);
    if (facts.readOnly) {
        object["read_only"_L1] = true;
    }
    putText("problem"_L1, facts.problem.left(maxProblem));
    if (facts.processesOmitted > 0) {
        object["processes_omitted"_L1] = facts.processesOmitted;
    }
}

enum class Detail { All, NoLastLines, SeedOnly };

ProcessReport reduced(ProcessReport process, Detail detail)
{
    if (detail == Detail::NoLastLines && process.lastExit) {
        process.lastExit->lastLines.clear();
    } else if (detail == Detail::SeedOnly) {
        ProcessReport seed;
        seed.name = process.name;
        seed.version = process.version;
        seed.isDead = process.isDead;
        seed.state = process.state;
        return seed;
    }
    return process;
}

QByteArray encodeReport(const VersionReport &report, Detail detail)
{
    QJsonArray processes;
    for (const ProcessReport &process : report.processes) {
        processes += toJson(reduced(process, detail));
    }
    QJsonObject object{{"command"_L1, "version_req"_L1}, {"from"_L1, report.from}, {"processes"_L1, processes}};
    insertFacts(object, report.facts);
    return toAsciiJson(object);
}

} // namespace

Result<DeviceMessage> parseDeviceMessage(const QByteArray &body)
{
    const auto object = parseJsonObject(body);
    if (!object) {
        return fail(object.error());
    }
    JsonReader reader(*object);
    const QString command = reader.optionalText("command"_L1, maxName);
    if (reader.error()) {
        return fail(*reader.error());
    }
    if (command == "version_req"_L1) {
        return readVersionReport(reader);
    }
    if (command == "upload_logs"_L1) {
        return readLogsReply(reader);
    }
    if (command == "progress"_L1) {
        return readProgress(reader);
    }
    if (command == "process_event"_L1) {
        return readProcessEvent(reader);
    }
    if (looksLikeResult(reader)) {
        return readResult(reader);
    }
    return fail(ErrorCode::BadRequest, command.isEmpty() ? u"neither a result nor a report"_s
                                                         : u"\"%1\" is nothing a device sends"_s.arg(command));
}

QByteArray encode(const CommandResult &result)
{
    QJsonObject object{{"command_no"_L1, static_cast<qint64>(result.number)},
                       {"from"_L1, result.from},
                       {"succcess"_L1, result.success},
                       {"success"_L1, result.success},
                       {"remarks"_L1, result.remarks.left(maxRemarks)}};
    if (!result.command.isEmpty()) {
        object["command"_L1] = result.command;
    }
    if (result.error) {
        object["error"_L1] = nameOf(*result.error);
    }
    if (result.durationS) {
        object["duration_s"_L1] = *result.durationS;
    }
    if (result.bytes) {
        object["bytes"_L1] = *result.bytes;
    }
    if (result.rolledBack) {
        object["rolled_back"_L1] = true;
    }
    if (!result.log.isEmpty()) {
        object["log"_L1] = lastLines(result.log);
    }
    QByteArray body = toAsciiJson(object);
    if (body.size() > maxBodySize) {
        object.remove("log"_L1);
        body = toAsciiJson(object);
    }
    return body;
}

QByteArray encode(const VersionReport &report)
{
    for (const Detail detail : {Detail::All, Detail::NoLastLines, Detail::SeedOnly}) {
        if (QByteArray body = encodeReport(report, detail); body.size() <= maxBodySize) {
            return body;
        }
    }
    // An operator looks for what doesn't run, so that stays longest.
    VersionReport shorter = report;
    std::ranges::stable_sort(shorter.processes, {}, [](const ProcessReport &process) {
        return !process.isDead && process.state == ProcessState::Running;
    });
    QByteArray body;
    do {
        shorter.processes.resize(shorter.processes.size() - std::max<qsizetype>(1, shorter.processes.size() / 8));
        shorter.facts.processesOmitted = static_cast<int>(report.processes.size() - shorter.processes.size());
        body = encodeReport(shorter, Detail::SeedOnly);
    } while (body.size() > maxBodySize && !shorter.processes.isEmpty());
    return body;
}

QByteArray encode(const LogsReply &reply)
{
    QJsonObject object{{"command"_L1, "upload_logs"_L1}, {"from"_L1, reply.from}, {"success"_L1, reply.success}};
    if (!reply.url.isEmpty()) {
        object["url"_L1] = reply.url.toString(QUrl::FullyEncoded);
    }
    if (reply.size) {
        object["size"_L1] = *reply.size;
    }
    if (!reply.sha256.isEmpty()) {
        object["sha256"_L1] = QString::fromLatin1(reply.sha256.toHex());
    }
    if (!reply.remarks.isEmpty()) {
        object["remarks"_L1] = reply.remarks.left(maxRemarks);
    }
    if (reply.number) {
        object["command_no"_L1] = static_cast<qint64>(*reply.number);
    }
    return toAsciiJson(object);
}

QByteArray encode(const ProgressReport &progress)
{
    QJsonObject object{{"command"_L1, "progress"_L1},
                       {"command_no"_L1, static_cast<qint64>(progress.number)},
                       {"from"_L1, progress.from},
                       {"state"_L1, progress.state},
                       {"percent"_L1, progress.percent}};
    if (!progress.remarks.isEmpty()) {
        object["remarks"_L1] = progress.remarks.left(maxRemarks);
    }
    return toAsciiJson(object);
}

QByteArray encode(const ProcessEvent &event)
{
    return toAsciiJson(
        {{"command"_L1, "process_event"_L1}, {"from"_L1, event.from}, {"process"_L1, toJson(event.process)}});
}

} // namespace sgn
