// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Registry.h"

#include "base/JsonText.h"
#include "base/StateFile.h"
#include "protocol/Json.h"
#include "supervision/Logging.h"

#include <QSet>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxFileSize = 4 * 1024 * 1024;
constexpr qsizetype maxEntries = 64;
constexpr qsizetype maxName = 128;
constexpr qsizetype maxPath = 4096;
constexpr qint64 maxPid = 4194304;
constexpr qint64 maxLimitS = 24 * 3600;
// The largest whole number that a JSON reader keeps exactly.
constexpr qint64 maxExact = 9007199254740992;

QJsonObject toJson(const ProcessIdentity &identity)
{
    return {{"pid"_L1, identity.pid}, {"start_time"_L1, static_cast<qint64>(identity.startTime)}};
}

std::optional<ProcessIdentity> readIdentity(JsonReader &reader, QLatin1StringView key)
{
    const auto object = reader.optionalObject(key);
    if (!object) {
        return std::nullopt;
    }
    JsonReader inner(*object);
    const qint64 pid = inner.requiredInteger("pid"_L1, 2, maxPid);
    const qint64 startTime = inner.requiredInteger("start_time"_L1, 0, maxExact);
    if (inner.error()) {
        reader.reject(key, inner.error()->message);
        return std::nullopt;
    }
    return ProcessIdentity{pid, static_cast<quint64>(startTime)};
}

std::optional<int> readLimit(JsonReader &reader, QLatin1StringView key)
{
    const auto seconds = reader.optionalInteger(key, 1, maxLimitS);
    return seconds ? std::optional(static_cast<int>(*seconds)) : std::nullopt;
}

QJsonObject toJson(const RegistryEntry &entry)
{
    // The report's shape, so that a death is written and read by the same code as on the wire.
    ProcessReport report;
    report.name = entry.name;
    report.version = entry.version;
    report.lastExit = entry.lastExit;
    QJsonObject object = sgn::toJson(report);
    object["run_command"_L1] = entry.runCommand;
    object["restarts"_L1] = entry.restarts.toJson();
    if (entry.identity) {
        object["identity"_L1] = toJson(*entry.identity);
    }
    return object;
}

Result<RegistryEntry> readEntry(const QJsonObject &object)
{
    auto report = processReportFromJson(object);
    if (!report) {
        return fail(std::move(report).error());
    }
    JsonReader reader(object);
    RegistryEntry entry;
    entry.name = report->name;
    entry.version = report->version;
    entry.lastExit = report->lastExit;
    entry.runCommand = reader.requiredText("run_command"_L1, maxPath);
    entry.identity = readIdentity(reader, "identity"_L1);
    entry.restarts = RestartCount::fromJson(object.value("restarts"_L1).toArray());
    if (!reader.error() && !entry.runCommand.startsWith(u'/')) {
        reader.reject("run_command"_L1, u"must be an absolute path"_s);
    }
    if (reader.error()) {
        return fail(*reader.error());
    }
    return entry;
}

void forgetBoot(Registry &registry)
{
    registry.agent.reset();
    registry.holdUntil.reset();
    for (RegistryEntry &entry : registry.processes) {
        entry.identity.reset();
        entry.restarts = {};
    }
}

Result<Registry> readRegistry(const QString &path, const QByteArray &bootId)
{
    return readStateFile(path, maxFileSize,
                         [&bootId](const QJsonObject &object) { return parseRegistry(object, bootId); });
}

} // namespace

QByteArray encodeRegistry(const Registry &registry, const QByteArray &bootId)
{
    QJsonArray processes;
    for (const RegistryEntry &entry : registry.processes) {
        processes += toJson(entry);
    }
    QJsonArray retired;
    for (auto it = registry.retired.cbegin(); it != registry.retired.cend(); ++it) {
        retired += QJsonObject{{"process_name"_L1, it.key()}, {"run_command"_L1, it.value()}};
    }
    QJsonObject object{{"boot_id"_L1, QString::fromLatin1(bootId)}, {"processes"_L1, processes}};
    if (!retired.isEmpty()) {
        object["retired"_L1] = retired;
    }
    if (registry.holdUntil) {
        object["hold_until_ms"_L1] = static_cast<qint64>(registry.holdUntil->count());
    }
    if (registry.heartbeatTimeoutS) {
        object["heartbeat_timeout_s"_L1] = *registry.heartbeatTimeoutS;
    }
    if (registry.startTimeoutS) {
        object["start_timeout_s"_L1] = *registry.startTimeoutS;
    }
    if (registry.agent) {
        object["agent"_L1] = toJson(*registry.agent);
    }
    return toJsonText(object, QJsonDocument::Indented);
}

Result<Registry> parseRegistry(const QJsonObject &object, const QByteArray &bootId)
{
    JsonReader reader(object);
    Registry registry;
    registry.sameBoot = reader.optionalText("boot_id"_L1, 64).toLatin1() == bootId && !bootId.isEmpty();
    registry.agent = readIdentity(reader, "agent"_L1);
    if (const auto until = reader.optionalInteger("hold_until_ms"_L1, 0, maxExact)) {
        registry.holdUntil = MonotonicTime(*until);
    }
    registry.heartbeatTimeoutS = readLimit(reader, "heartbeat_timeout_s"_L1);
    registry.startTimeoutS = readLimit(reader, "start_timeout_s"_L1);
    QSet<QString> names;
    for (const QJsonValue &value : reader.requiredArray("processes"_L1, maxEntries)) {
        auto entry = readEntry(value.toObject());
        if (!entry) {
            return fail(ErrorCode::BadFile, u"a process has a bad field: "_s + entry.error().message);
        }
        if (names.contains(entry->name)) {
            return fail(ErrorCode::BadFile, u"the process \"%1\" comes twice"_s.arg(entry->name));
        }
        names.insert(entry->name);
        registry.processes += *std::move(entry);
    }
    for (const QJsonValue &value : object.value("retired"_L1).toArray()) {
        JsonReader entry(value.toObject());
        const QString name = entry.requiredText("process_name"_L1, maxName);
        const QString program = entry.requiredText("run_command"_L1, maxPath);
        // A missing one does no harm; what isn't in order is only not started, like any other program.
        if (!entry.error() && registry.retired.size() < maxEntries) {
            registry.retired.insert(name, program);
        }
    }
    if (reader.error()) {
        return fail(ErrorCode::BadFile, reader.error()->message);
    }
    if (!registry.sameBoot) {
        forgetBoot(registry);
    }
    return registry;
}

QByteArray encodePrograms(const Registry &registry)
{
    Registry programs;
    for (const RegistryEntry &entry : registry.processes) {
        programs.processes += {entry.name, entry.runCommand, entry.version, {}, {}, {}};
    }
    programs.retired = registry.retired;
    return encodeRegistry(programs, {});
}

Registry loadRegistry(const QString &path, const QString &copyPath, const QByteArray &bootId)
{
    auto registry = readRegistry(path, bootId);
    if (registry) {
        return *std::move(registry);
    }
    // Also if the file is missing: it may have been quarantined at the last start, and not been written since.
    auto copy = readRegistry(copyPath, bootId);
    if (copy || registry.error().code != ErrorCode::NotFound) {
        qCWarning(lcSupervision).noquote()
            << (copy ? "starting with the copy of the process table:" : "starting with an empty process table:")
            << registry.error().message;
    }
    return copy ? *std::move(copy) : Registry();
}

} // namespace sgn::supervision
