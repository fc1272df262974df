// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Process.h"

#include "base/EnumNames.h"
#include "protocol/Json.h"
#include "protocol/LenientReader.h"
#include "protocol/Version.h"

#include <algorithm>
#include <QHash>
#include <QSet>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxLastLines = 20;
constexpr qsizetype maxLineLength = 4096;

constexpr auto stateNames = enumNames<ProcessState>({
    {ProcessState::Running, "running"_L1},
    {ProcessState::Starting, "starting"_L1},
    {ProcessState::Hung, "hung"_L1},
    {ProcessState::Backoff, "backoff"_L1},
    {ProcessState::CrashLoop, "crash_loop"_L1},
    {ProcessState::Held, "held"_L1},
    {ProcessState::Dead, "dead"_L1},
    {ProcessState::Unknown, "unknown"_L1},
});

QJsonObject lastExitToJson(const LastExit &exit)
{
    QJsonObject object;
    if (exit.at.isValid()) {
        object["at"_L1] = exit.at.toUTC().toString(Qt::ISODate);
    }
    if (exit.code) {
        object["code"_L1] = *exit.code;
    }
    if (exit.signal) {
        object["signal"_L1] = *exit.signal;
    }
    if (exit.heartbeatAgeS) {
        object["heartbeat_age_s"_L1] = *exit.heartbeatAgeS;
    }
    if (!exit.lastLines.isEmpty()) {
        object["last_lines"_L1] = QJsonArray::fromStringList(exit.lastLines);
    }
    return object;
}

std::optional<int> toInt(std::optional<qint64> number)
{
    return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

Result<LastExit> lastExitFromJson(const QJsonObject &object)
{
    JsonReader reader(object, u"last_exit."_s);
    LastExit exit;
    exit.code = toInt(reader.optionalInteger("code"_L1, -1, 255));
    exit.signal = toInt(reader.optionalInteger("signal"_L1, 1, 128));
    exit.at = reader.optionalTime("at"_L1).value_or(QDateTime());
    exit.heartbeatAgeS = reader.optionalNumber("heartbeat_age_s"_L1);
    exit.lastLines = reader.optionalTexts("last_lines"_L1, maxLastLines, maxLineLength);
    if (reader.error()) {
        return fail(*reader.error());
    }
    return exit;
}

ProcessVersion readNameAndVersion(JsonReader &reader)
{
    ProcessVersion process;
    process.name = reader.requiredText("process_name"_L1, maxProcessNameLength);
    process.version = static_cast<int>(reader.requiredInteger("version"_L1, 0, maxVersion));
    if (!reader.error() && !isValidProcessName(process.name)) {
        reader.reject("process_name"_L1, u"must not contain a slash or start with a dot"_s);
    }
    return process;
}

template <typename Item>
QList<Item> readList(JsonReader &reader, QLatin1StringView key, Result<Item> (*parse)(const QJsonObject &))
{
    QList<Item> items;
    QSet<QString> names;
    const QJsonArray array = reader.requiredArray(key, maxProcesses);
    for (const QJsonValue &value : array) {
        if (!value.isObject()) {
            reader.reject(key, u"must be a list of objects"_s);
            return {};
        }
        auto item = parse(value.toObject());
        if (!item) {
            reader.reject(key, u"has a bad entry: "_s + item.error().message);
            return {};
        }
        if (names.contains(item->name)) {
            reader.reject(key, u"names the process \"%1\" twice"_s.arg(item->name));
            return {};
        }
        names.insert(item->name);
        items += *std::move(item);
    }
    return items;
}

LastExit readLenientExit(const QJsonObject &object, LenientReader &notes)
{
    LenientReader reader(object, u"last_exit."_s);
    LastExit exit;
    exit.code = toInt(reader.integer("code"_L1, -1, 255));
    exit.signal = toInt(reader.integer("signal"_L1, 1, 128));
    exit.at = reader.time("at"_L1).value_or(QDateTime());
    exit.heartbeatAgeS = reader.number("heartbeat_age_s"_L1);
    exit.lastLines = reader.texts("last_lines"_L1, maxLastLines, maxLineLength);
    notes.add(reader.notes());
    return exit;
}

void readVersion(LenientReader &reader, ProcessReport &report)
{
    const QString text = reader.line("version"_L1, maxVersionText);
    bool isWhole = false;
    const int number = text.toInt(&isWhole);
    if (isWhole && number >= 0) {
        report.version = number;
        return;
    }
    report.versionText = text.isEmpty() ? u"?"_s : text;
    if (text.isEmpty()) {
        reader.note("version"_L1, u"is missing"_s);
    }
}

// What the state shows, where a device doesn't report it by itself.
bool isDown(ProcessState state)
{
    return state == ProcessState::Dead || state == ProcessState::CrashLoop;
}

} // namespace

bool isValidProcessName(QStringView name)
{
    return !name.isEmpty() && name.size() <= maxProcessNameLength && !name.startsWith(u'.') &&
           std::ranges::none_of(name, [](QChar c) { return c.unicode() < 0x20 || c.unicode() == 0x7f || c == u'/'; });
}

bool isShownProcessName(QStringView name)
{
    return name.size() <= maxProcessNameLength && std::ranges::all_of(name.split(u'/'), isValidProcessName);
}

QLatin1StringView nameOf(ProcessState state)
{
    return stateNames.nameOf(state);
}

ProcessState processStateFromString(QStringView text)
{
    return stateNames.valueOf(text).value_or(ProcessState::Unknown);
}

QJsonObject toJson(const ProcessVersion &process)
{
    return {{"process_name"_L1, process.name}, {"version"_L1, process.version}};
}

QString versionOf(const ProcessReport &process)
{
    return process.versionText.isEmpty() ? QString::number(process.version) : process.versionText;
}

bool isVersion(const ProcessReport &process, int version)
{
    return process.versionText.isEmpty() ? process.version == version : process.versionText == QString::number(version);
}

bool haveSameVersion(const ProcessReport &one, const ProcessReport &other)
{
    return one.versionText.isEmpty() && other.versionText.isEmpty() ? one.version == other.version
                                                                    : versionOf(one) == versionOf(other);
}

int compareVersions(const ProcessReport &one, const ProcessReport &other)
{
    if (one.versionText.isEmpty() && other.versionText.isEmpty()) {
        return one.version < other.version ? -1 : one.version > other.version ? 1 : 0;
    }
    return compareVersions(versionOf(one), versionOf(other));
}

QJsonObject toJson(const ProcessReport &process)
{
    const QJsonValue version = process.versionText.isEmpty() ? QJsonValue(process.version) : process.versionText;
    QJsonObject object{{"process_name"_L1, process.name}, {"version"_L1, version}, {"isDead"_L1, process.isDead}};
    if (process.state != ProcessState::Unknown) {
        object["state"_L1] = nameOf(process.state);
    }
    if (process.pid) {
        object["pid"_L1] = *process.pid;
    }
    if (process.since) {
        object["since"_L1] = process.since->toUTC().toString(Qt::ISODate);
    }
    if (process.restarts24h) {
        object["restarts_24h"_L1] = *process.restarts24h;
    }
    if (process.lastExit) {
        object["last_exit"_L1] = lastExitToJson(*process.lastExit);
    }
    if (!process.problem.isEmpty()) {
        object["problem"_L1] = process.problem.left(maxProblemLength);
    }
    if (process.isHopeless) {
        object["hopeless"_L1] = true;
    }
    return object;
}

Result<ProcessVersion> processVersionFromJson(const QJsonObject &object)
{
    JsonReader reader(object);
    const ProcessVersion process = readNameAndVersion(reader);
    if (reader.error()) {
        return fail(*reader.error());
    }
    return process;
}

Result<ProcessReport> processReportFromJson(const QJsonObject &object)
{
    JsonReader reader(object);
    ProcessReport report;
    const ProcessVersion process = readNameAndVersion(reader);
    report.name = process.name;
    report.version = process.version;
    report.isDead = reader.requiredBool("isDead"_L1);
    report.state = processStateFromString(reader.optionalText("state"_L1, 32));
    report.pid = reader.optionalInteger("pid"_L1, 1, maxVersion);
    report.since = reader.optionalTime("since"_L1);
    report.restarts24h = toInt(reader.optionalInteger("restarts_24h"_L1, 0, maxVersion));
    if (const auto exit = reader.optionalObject("last_exit"_L1)) {
        auto parsed = lastExitFromJson(*exit);
        if (!parsed) {
            return fail(std::move(parsed).error());
        }
        report.lastExit = *std::move(parsed);
    }
    report.problem = reader.optionalText("problem"_L1, maxProblemLength);
    report.isHopeless = reader.optionalBool("hopeless"_L1, false);
    if (reader.error()) {
        return fail(*reader.error());
    }
    return report;
}

QList<ProcessVersion> readProcessVersions(JsonReader &reader, QLatin1StringView key)
{
    return readList<ProcessVersion>(reader, key, &processVersionFromJson);
}

QList<ProcessReport> readProcessReports(JsonReader &reader, QLatin1StringView key)
{
    return readList<ProcessReport>(reader, key, &processReportFromJson);
}

std::optional<ProcessReport> readLenient(const QJsonObject &object, LenientReader &notes)
{
    LenientReader reader(object);
    ProcessReport report;
    report.name = reader.line("process_name"_L1, maxProcessNameLength);
    if (!isShownProcessName(report.name)) {
        notes.note("process_name"_L1,
                   report.name.isEmpty()
                       ? u"is missing in an entry"_s
                       : u"must not begin or end with a slash, nor a part of it with a dot: "_s + report.name);
        return std::nullopt;
    }
    readVersion(reader, report);
    report.state = processStateFromString(reader.line("state"_L1, 32));
    const std::optional<bool> isDead = reader.boolean("isDead"_L1);
    report.isDead = isDead.value_or(isDown(report.state));
    if (!isDead && report.state == ProcessState::Unknown) {
        reader.note("isDead"_L1, u"of %1 can't be read"_s.arg(report.name));
    }
    report.pid = reader.integer("pid"_L1, 1, maxVersion);
    report.since = reader.time("since"_L1);
    report.restarts24h = toInt(reader.amount("restarts_24h"_L1, 0, maxVersion));
    if (const auto exit = reader.object("last_exit"_L1)) {
        report.lastExit = readLenientExit(*exit, reader);
    }
    report.problem = reader.text("problem"_L1, maxProblemLength);
    report.isHopeless = reader.boolean("hopeless"_L1).value_or(false);
    notes.add(reader.notes());
    return report;
}

QList<ProcessReport> readProcessReports(LenientReader &reader, QLatin1StringView key)
{
    QList<ProcessReport> reports;
    QHash<QString, qsizetype> places;
    const QJsonArray array = reader.array(key, maxProcesses);
    for (const QJsonValue &value : array) {
        if (!value.isObject()) {
            reader.note(key, u"has an entry that is no object"_s);
            continue;
        }
        const std::optional<ProcessReport> report = readLenient(value.toObject(), reader);
        if (!report) {
            continue;
        }
        const qsizetype place = places.value(report->name, -1);
        if (place < 0) {
            places.insert(report->name, reports.size());
            reports += *report;
            continue;
        }
        reader.note(key, u"names the process %1 twice"_s.arg(report->name));
        if (report->isDead && !reports.at(place).isDead) {
            reports[place] = *report;
        }
    }
    return reports;
}

} // namespace sgn
