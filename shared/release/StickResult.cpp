// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/StickResult.h"

#include "base/JsonText.h"
#include "protocol/Json.h"
#include "release/StickOrder.h"

#include <algorithm>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr int currentFormat = 1;
constexpr qsizetype maxText = 4096;
constexpr qsizetype maxName = 256;
constexpr qsizetype maxLines = 20;
constexpr qsizetype maxLine = 300;

QJsonArray toArray(const QList<ProcessVersion> &processes)
{
    QJsonArray array;
    for (const ProcessVersion &process : processes) {
        array += toJson(process);
    }
    return array;
}

QJsonObject toJson(const StickReleaseResult &result)
{
    QJsonObject object{{"component"_L1, result.component},
                       {"release"_L1, result.release},
                       {"success"_L1, result.success},
                       {"remarks"_L1, result.remarks.left(maxText)}};
    if (result.error) {
        object["error"_L1] = nameOf(*result.error);
    }
    if (result.rolledBack) {
        object["rolled_back"_L1] = true;
    }
    if (!result.processes.isEmpty()) {
        object["processes"_L1] = toArray(result.processes);
    }
    if (result.version) {
        object["version"_L1] = *result.version;
    }
    if (!result.before.isEmpty()) {
        object["before"_L1] = toArray(result.before);
    }
    if (result.versionBefore) {
        object["version_before"_L1] = *result.versionBefore;
    }
    if (!result.log.isEmpty()) {
        object["log"_L1] = QJsonArray::fromStringList(result.log);
    }
    return object;
}

std::optional<ErrorCode> readError(JsonReader &reader)
{
    const QString name = reader.optionalText("error"_L1, maxName);
    return name.isEmpty() ? std::nullopt : std::optional(errorCodeFromString(name));
}

std::optional<int> readVersion(JsonReader &reader, QLatin1StringView key)
{
    const auto version = reader.optionalInteger(key, 0, maxVersion);
    return version ? std::optional(static_cast<int>(*version)) : std::nullopt;
}

QList<ProcessVersion> readProcesses(JsonReader &reader, QLatin1StringView key)
{
    return reader.has(key) ? readProcessVersions(reader, key) : QList<ProcessVersion>();
}

StickReleaseResult readRelease(const QJsonObject &object, JsonReader &outer)
{
    JsonReader reader(object);
    StickReleaseResult result;
    result.component = reader.optionalText("component"_L1, maxName);
    result.release = reader.optionalText("release"_L1, maxName);
    result.success = reader.requiredBool("success"_L1);
    result.remarks = reader.optionalText("remarks"_L1, maxText);
    result.error = readError(reader);
    result.rolledBack = reader.optionalBool("rolled_back"_L1, false);
    result.processes = readProcesses(reader, "processes"_L1);
    result.version = readVersion(reader, "version"_L1);
    result.before = readProcesses(reader, "before"_L1);
    result.versionBefore = readVersion(reader, "version_before"_L1);
    result.log = reader.optionalTexts("log"_L1, maxLines, maxLine);
    if (reader.error()) {
        outer.reject("releases"_L1, reader.error()->message);
    }
    return result;
}

} // namespace

bool StickResult::isSuccess() const
{
    return !error && std::ranges::all_of(releases, &StickReleaseResult::success);
}

QByteArray encode(const StickResult &result)
{
    QJsonArray releases;
    for (const StickReleaseResult &release : result.releases) {
        releases += toJson(release);
    }
    QJsonObject object{
        {"format"_L1, currentFormat}, {"device"_L1, result.device},       {"jid"_L1, result.jid},
        {"order"_L1, result.order},   {"success"_L1, result.isSuccess()}, {"remarks"_L1, result.remarks.left(maxText)},
        {"releases"_L1, releases}};
    if (result.time.isValid()) {
        object["time"_L1] = result.time.toUTC().toString(Qt::ISODate);
    }
    if (result.error) {
        object["error"_L1] = nameOf(*result.error);
    }
    return toJsonText(object, QJsonDocument::Indented);
}

Result<StickResult> parseStickResult(const QByteArray &json)
{
    const auto object = parseJsonObject(json, maxStickResult);
    if (!object) {
        return fail(ErrorCode::BadFile, object.error().message);
    }
    JsonReader reader(*object);
    (void)reader.requiredInteger("format"_L1, currentFormat, currentFormat);
    StickResult result;
    result.device = reader.optionalText("device"_L1, maxName);
    result.jid = reader.optionalText("jid"_L1, maxName);
    result.time = reader.optionalTime("time"_L1).value_or(QDateTime());
    result.order = reader.optionalText("order"_L1, maxName);
    result.remarks = reader.optionalText("remarks"_L1, maxText);
    result.error = readError(reader);
    for (const QJsonValue &value : reader.requiredArray("releases"_L1, maxStickReleases)) {
        result.releases += readRelease(value.toObject(), reader);
    }
    if (reader.error()) {
        return fail(ErrorCode::BadFile, reader.error()->message);
    }
    return result;
}

} // namespace sgn
