// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Reply.h"

#include "base/EnumNames.h"
#include "protocol/Json.h"
#include "protocol/LenientReader.h"

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
constexpr qint64 maxUtcOffset = 15 * 3600;
constexpr qint64 maxOmitted = 1'000'000;
constexpr qsizetype maxUrl = 2048;
constexpr qint64 maxCount = 1LL << 53; // what a JSON number holds exactly
constexpr qsizetype maxLogLines = 20;
constexpr qsizetype maxLogLine = 512;

constexpr auto waitNames = enumNames<ProgressReport::Wait>({
    {ProgressReport::Wait::Hold, "hold"_L1},
    {ProgressReport::Wait::Window, "window"_L1},
});

// The seed's own replies name no command; the misspelt field is how a result is known.
bool looksLikeResult(const LenientReader &reader)
{
    return reader.has("command_no"_L1) && (reader.has("succcess"_L1) || reader.has("success"_L1));
}

Result<DeviceMessageReading> unreadable(const QString &why)
{
    return fail(ErrorCode::BadRequest, why);
}

Result<DeviceMessageReading> missing(const LenientReader &reader, QLatin1StringView key)
{
    return unreadable(reader.notes().isEmpty() ? u"\"%1\" is missing"_s.arg(key) : reader.notes().join(u"; "_s));
}

CommandNo readNumber(LenientReader &reader)
{
    return static_cast<CommandNo>(reader.integer("command_no"_L1, 1, maxCommandNo).value_or(0));
}

Result<DeviceMessageReading> readResult(LenientReader &reader)
{
    CommandResult result;
    result.number = readNumber(reader);
    const auto success = reader.has("succcess"_L1) ? reader.boolean("succcess"_L1) : reader.boolean("success"_L1);
    if (result.number == 0 || !success) {
        return missing(reader, result.number == 0 ? "command_no"_L1 : "success"_L1);
    }
    result.success = *success;
    result.from = reader.line("from"_L1, maxFrom);
    result.remarks = reader.text("remarks"_L1, maxRemarks);
    result.command = reader.line("command"_L1, maxName);
    if (const QString error = reader.line("error"_L1, maxName); !error.isEmpty()) {
        result.error = errorCodeFromString(error);
    }
    result.durationS = reader.number("duration_s"_L1);
    result.bytes = reader.amount("bytes"_L1, 0, maxCount);
    result.rolledBack = reader.boolean("rolled_back"_L1).value_or(false);
    result.log = reader.texts("log"_L1, maxLogLines, maxLogLine);
    result.request = reader.line("request"_L1, maxName);
    return DeviceMessageReading{result, reader.notes()};
}

ReportedVersion readVersion(LenientReader &reader, QLatin1StringView key)
{
    return ReportedVersion::fromText(reader.line(key, maxVersionText));
}

Result<DeviceMessageReading> readVersionReport(LenientReader &reader)
{
    VersionReport report;
    report.from = reader.line("from"_L1, maxFrom);
    report.processes = readProcessReports(reader, "processes"_L1);
    // What the panel knows of the processes must not get lost by a list that can't be read.
    if (report.processes.isEmpty() && (!reader.has("processes"_L1) || !reader.notes().isEmpty())) {
        return missing(reader, "processes"_L1);
    }
    DeviceFacts &facts = report.facts;
    facts.agentVersion = readVersion(reader, "agent_version"_L1);
    facts.watchdogVersion = readVersion(reader, "watchdog_version"_L1);
    facts.os = reader.text("os"_L1, maxFact);
    facts.model = reader.text("model"_L1, maxFact);
    facts.uptimeS = reader.amount("uptime_s"_L1, 0, maxCount);
    facts.diskFreeMb = reader.amount("disk_free_mb"_L1, 0, maxCount);
    facts.memAvailableMb = reader.amount("mem_available_mb"_L1, 0, maxCount);
    facts.temperatureC = reader.number("temperature_c"_L1);
    facts.clockOffsetS = reader.number("clock_offset_s"_L1);
    facts.packagesVersion = readVersion(reader, "packages_version"_L1);
    if (const auto offset = reader.integer("utc_offset_s"_L1, -maxUtcOffset, maxUtcOffset)) {
        facts.utcOffsetS = static_cast<int>(*offset);
    }
    facts.network = reader.line("network"_L1, maxName);
    facts.readOnly = reader.boolean("read_only"_L1).value_or(false);
    facts.processesOmitted = static_cast<int>(reader.amount("processes_omitted"_L1, 0, maxOmitted).value_or(0));
    facts.problem = reader.text("problem"_L1, maxProblem);
    return DeviceMessageReading{report, reader.notes()};
}

Result<DeviceMessageReading> readLogsReply(LenientReader &reader)
{
    LogsReply reply;
    const auto success = reader.boolean("success"_L1);
    if (!success) {
        return missing(reader, "success"_L1);
    }
    reply.success = *success;
    reply.from = reader.line("from"_L1, maxFrom);
    if (const QString url = reader.text("url"_L1, maxUrl); !url.isEmpty()) {
        reply.url = QUrl(url, QUrl::StrictMode);
        if (!reply.url.isValid() || reply.url.scheme() != "https"_L1 || reply.url.host().isEmpty()) {
            return unreadable(u"\"url\" must be an https address"_s);
        }
    }
    reply.size = reader.integer("size"_L1, 0, maxCount);
    reply.sha256 = QByteArray::fromHex(reader.line("sha256"_L1, 64).toLatin1());
    reply.remarks = reader.text("remarks"_L1, maxRemarks);
    if (const auto number = reader.integer("command_no"_L1, 1, maxCommandNo)) {
        reply.number = static_cast<CommandNo>(*number);
    }
    reply.request = reader.line("request"_L1, maxName);
    return DeviceMessageReading{reply, reader.notes()};
}

Result<DeviceMessageReading> readProgress(LenientReader &reader)
{
    ProgressReport progress;
    progress.number = readNumber(reader);
    progress.state = reader.line("state"_L1, maxName);
    if (progress.number == 0 || progress.state.isEmpty()) {
        return missing(reader, progress.number == 0 ? "command_no"_L1 : "state"_L1);
    }
    progress.from = reader.line("from"_L1, maxFrom);
    progress.percent = static_cast<int>(reader.amount("percent"_L1, 0, 100).value_or(0));
    progress.remarks = reader.text("remarks"_L1, maxRemarks);
    progress.request = reader.line("request"_L1, maxName);
    progress.waitsFor = waitNames.valueOf(reader.line("waits_for"_L1, maxName));
    return DeviceMessageReading{progress, reader.notes()};
}

Result<DeviceMessageReading> readProcessEvent(LenientReader &reader)
{
    const auto object = reader.object("process"_L1);
    const auto process = object ? readLenient(*object, reader) : std::nullopt;
    if (!process) {
        return missing(reader, "process"_L1);
    }
    return DeviceMessageReading{ProcessEvent{reader.line("from"_L1, maxFrom), *process}, reader.notes()};
}

void insertRequest(QJsonObject &object, const QString &request)
{
    if (!request.isEmpty()) {
        object["request"_L1] = request;
    }
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
    const auto putVersion = [&object](QLatin1StringView key, const ReportedVersion &version) {
        if (version.isKnown()) {
            object[key] = version.json();
        }
    };
    const auto putText = [&object](QLatin1StringView key, const QString &value) {
        if (!value.isEmpty()) {
            object[key] = value;
        }
    };
    putVersion("agent_version"_L1, facts.agentVersion);
    putVersion("watchdog_version"_L1, facts.watchdogVersion);
    putText("os"_L1, facts.os);
    putText("model"_L1, facts.model);
    put("uptime_s"_L1, facts.uptimeS);
    put("disk_free_mb"_L1, facts.diskFreeMb);
    put("mem_available_mb"_L1, facts.memAvailableMb);
    put("temperature_c"_L1, facts.temperatureC);
    put("clock_offset_s"_L1, facts.clockOffsetS);
    putVersion("packages_version"_L1, facts.packagesVersion);
    put("utc_offset_s"_L1, facts.utcOffsetS);
    putText("network"_L1, facts.network);
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

Result<DeviceMessageReading> readDeviceMessage(const QByteArray &body)
{
    const auto object = parseJsonObject(body);
    if (!object) {
        return fail(object.error());
    }
    LenientReader reader(*object);
    const QString command = reader.line("command"_L1, maxName);
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
    return unreadable(command.isEmpty() ? u"neither a result nor a report"_s
                                        : u"\"%1\" is nothing a device sends"_s.arg(command));
}

Result<DeviceMessage> parseDeviceMessage(const QByteArray &body)
{
    return readDeviceMessage(body).map([](const DeviceMessageReading &reading) { return reading.message; });
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
    insertRequest(object, result.request);
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
    insertRequest(object, reply.request);
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
    if (progress.waitsFor) {
        object["waits_for"_L1] = waitNames.nameOf(*progress.waitsFor);
    }
    insertRequest(object, progress.request);
    return toAsciiJson(object);
}

QByteArray encode(const ProcessEvent &event)
{
    return toAsciiJson(
        {{"command"_L1, "process_event"_L1}, {"from"_L1, event.from}, {"process"_L1, toJson(event.process)}});
}

} // namespace sgn
