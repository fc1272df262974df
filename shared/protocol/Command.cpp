// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Command.h"

#include "base/Overloaded.h"
#include "protocol/Json.h"

#include <algorithm>
#include <array>
#include <QCryptographicHash>
#include <QJsonDocument>
#include <utility>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxCommandNo = 2147483647; // positive 32-bit
constexpr qsizetype maxName = 64;
constexpr qsizetype maxUrl = 2048;
constexpr qsizetype maxJws = 48 * 1024;
constexpr qsizetype maxConfig = (maxConfigUpdate + 2) / 3 * 4; // base64
constexpr qint64 minConfigTimeout = 30;
constexpr qint64 maxConfigTimeout = 3600;
constexpr qint64 maxZipSize = 2LL * 1024 * 1024 * 1024;

constexpr auto versionReq = "version_req"_L1;
constexpr auto uploadLogs = "upload_logs"_L1;
constexpr auto cancelUpdate = "cancel_update"_L1;
constexpr auto restartProcess = "restart_process"_L1;
constexpr auto caCertUpdate = "ca_cert_file_update"_L1;
constexpr auto rebootSystem = "reboot_system"_L1;
constexpr auto rollback = "rollback"_L1;
constexpr auto configUpdate = "config_update"_L1;

struct ComponentNames
{
    Component component = Component::SmartMeter;
    QLatin1StringView folder;
    QLatin1StringView command;
};
constexpr std::array components{
    ComponentNames{Component::SmartMeter, "SmartMeter"_L1, "smart_meter_update"_L1},
    ComponentNames{Component::JabberClient, "JabberClient"_L1, "jabber_client_update"_L1},
    ComponentNames{Component::WatchDog, "WatchDog"_L1, "watchdog_update"_L1},
    ComponentNames{Component::SitePackages, "site-packages"_L1, "python_package_update"_L1},
};
static_assert(components.size() == allComponents.size());

const ComponentNames &namesOf(Component component)
{
    for (const ComponentNames &names : components) {
        if (names.component == component) {
            return names;
        }
    }
    Q_UNREACHABLE();
}

QUrl toUrl(JsonReader &reader, QLatin1StringView key, const QString &text)
{
    if (std::ranges::any_of(text, [](QChar c) { return c.isSpace(); })) {
        reader.reject(key, u"has a blank in it"_s);
    }
    QUrl url(text, QUrl::StrictMode);
    const bool isWeb = url.scheme() == "https"_L1 || url.scheme() == "http"_L1;
    if (!reader.error() && (!url.isValid() || !isWeb || url.host().isEmpty())) {
        reader.reject(key, u"must be an https address"_s);
    }
    // Never sent to a server (RFC 3986 section 3.5), and an address with a second # would be read as another one.
    url.setFragment({});
    return url;
}

QUrl readUrl(JsonReader &reader)
{
    return toUrl(reader, "url"_L1, reader.requiredText("url"_L1, maxUrl));
}

QUrl readReleaseUrl(JsonReader &reader)
{
    const QString text = reader.optionalText("release_url"_L1, maxUrl);
    return text.isEmpty() ? QUrl() : toUrl(reader, "release_url"_L1, text);
}

QByteArray readSha256(JsonReader &reader)
{
    const QString text = reader.optionalText("sha256"_L1, 64);
    QByteArray digest = QByteArray::fromHex(text.toLatin1());
    if (!text.isEmpty() && (text.size() != 64 || digest.size() != 32)) {
        reader.reject("sha256"_L1, u"must be 64 hexadecimal digits"_s);
    }
    return digest;
}

UpdateCommand readUpdate(JsonReader &reader, Component component)
{
    UpdateCommand update;
    update.component = component;
    update.url = readUrl(reader);
    if (component == Component::SmartMeter) {
        update.processes = readProcessVersions(reader, "processes"_L1);
        if (!reader.error() && update.processes.isEmpty()) {
            reader.reject("processes"_L1, u"is empty"_s);
        }
    } else {
        update.version = static_cast<int>(reader.requiredInteger("version"_L1, 0, maxVersion));
    }
    update.force = reader.optionalBool("force"_L1, false);
    update.sha256 = readSha256(reader);
    update.size = reader.optionalInteger("size"_L1, 1, maxZipSize);
    update.release = reader.optionalText("release"_L1, maxJws);
    update.releaseUrl = readReleaseUrl(reader);
    return update;
}

CaCertUpdate readCaCertUpdate(JsonReader &reader)
{
    CaCertUpdate update;
    update.url = readUrl(reader);
    update.sha256 = readSha256(reader);
    update.size = reader.optionalInteger("size"_L1, 1, maxZipSize);
    update.release = reader.optionalText("release"_L1, maxJws);
    return update;
}

Rollback readRollback(JsonReader &reader)
{
    const auto component = componentFromFolder(reader.requiredText("component"_L1, maxName));
    if (!reader.error() && !component) {
        reader.reject("component"_L1, u"is unknown"_s);
    }
    return Rollback{component.value_or(Component::SmartMeter)};
}

ConfigUpdate readConfigUpdate(JsonReader &reader)
{
    ConfigUpdate update;
    const QByteArray text = reader.requiredText("config"_L1, maxConfig).toLatin1();
    const auto decoded = QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
    if (!reader.error() && (!decoded || decoded.decoded.isEmpty())) {
        reader.reject("config"_L1, u"is not base64"_s);
    }
    update.file = decoded.decoded;
    update.timeoutS = static_cast<int>(
        reader.optionalInteger("timeout_s"_L1, minConfigTimeout, maxConfigTimeout).value_or(update.timeoutS));
    return update;
}

std::optional<CommandBody> readBody(JsonReader &reader, const QString &name)
{
    if (name == versionReq) {
        return VersionRequest{};
    }
    if (name == uploadLogs) {
        return UploadLogs{};
    }
    if (name == cancelUpdate) {
        return CancelUpdate{static_cast<CommandNo>(reader.requiredInteger("cancels"_L1, 1, maxCommandNo))};
    }
    if (name == restartProcess) {
        return RestartProcess{reader.requiredText("process_name"_L1, maxProcessNameLength)};
    }
    if (name == caCertUpdate) {
        return readCaCertUpdate(reader);
    }
    if (name == rebootSystem) {
        return RebootSystem{};
    }
    if (name == rollback) {
        return readRollback(reader);
    }
    if (name == configUpdate) {
        return readConfigUpdate(reader);
    }
    for (const ComponentNames &names : components) {
        if (name == names.command) {
            return readUpdate(reader, names.component);
        }
    }
    return std::nullopt;
}

bool needsNumber(const CommandBody &body)
{
    return !std::holds_alternative<VersionRequest>(body) && !std::holds_alternative<UploadLogs>(body);
}

// Writes the fields that both kinds of update share.
QJsonObject sourceToJson(const auto &update)
{
    QJsonObject object{{"url"_L1, update.url.toString(QUrl::FullyEncoded)}};
    if (!update.sha256.isEmpty()) {
        object["sha256"_L1] = QString::fromLatin1(update.sha256.toHex());
    }
    if (update.size) {
        object["size"_L1] = *update.size;
    }
    if (!update.release.isEmpty()) {
        object["release"_L1] = update.release;
    }
    return object;
}

QJsonObject updateToJson(const UpdateCommand &update)
{
    QJsonObject object = sourceToJson(update);
    if (update.component == Component::SmartMeter) {
        QJsonArray processes;
        for (const ProcessVersion &process : update.processes) {
            processes += toJson(process);
        }
        object["processes"_L1] = processes;
    } else {
        object["version"_L1] = update.version;
    }
    if (update.force) {
        object["force"_L1] = true;
    }
    if (!update.releaseUrl.isEmpty()) {
        object["release_url"_L1] = update.releaseUrl.toString(QUrl::FullyEncoded);
    }
    return object;
}

QJsonObject bodyToJson(const CommandBody &body)
{
    return std::visit(Overloaded{
                          [](const UpdateCommand &update) { return updateToJson(update); },
                          [](const CancelUpdate &cancel) {
                              return QJsonObject{{"cancels"_L1, static_cast<qint64>(cancel.cancels)}};
                          },
                          [](const RestartProcess &restart) {
                              return QJsonObject{{"process_name"_L1, restart.processName}};
                          },
                          [](const CaCertUpdate &update) { return sourceToJson(update); },
                          [](const Rollback &back) {
                              return QJsonObject{{"component"_L1, folderName(back.component)}};
                          },
                          [](const ConfigUpdate &update) {
                              return QJsonObject{{"config"_L1, QString::fromLatin1(update.file.toBase64())},
                                                 {"timeout_s"_L1, update.timeoutS}};
                          },
                          [](const RebootSystem &) { return QJsonObject{}; },
                          [](const VersionRequest &) { return QJsonObject{}; },
                          [](const UploadLogs &) { return QJsonObject{}; },
                      },
                      body);
}

} // namespace

QLatin1StringView folderName(Component component)
{
    return namesOf(component).folder;
}

QLatin1StringView commandName(Component component)
{
    return namesOf(component).command;
}

std::optional<Component> componentFromFolder(QStringView folder)
{
    for (const ComponentNames &names : components) {
        if (names.folder == folder) {
            return names.component;
        }
    }
    return std::nullopt;
}

QString commandName(const CommandBody &body)
{
    return std::visit(Overloaded{
                          [](const UpdateCommand &update) { return commandName(update.component); },
                          [](const VersionRequest &) { return versionReq; },
                          [](const UploadLogs &) { return uploadLogs; },
                          [](const CancelUpdate &) { return cancelUpdate; },
                          [](const RestartProcess &) { return restartProcess; },
                          [](const CaCertUpdate &) { return caCertUpdate; },
                          [](const RebootSystem &) { return rebootSystem; },
                          [](const Rollback &) { return rollback; },
                          [](const ConfigUpdate &) { return configUpdate; },
                      },
                      body);
}

namespace {

constexpr auto timeForm = "HH:mm"_L1;

std::optional<LocalWindow> readWindow(JsonReader &reader)
{
    const std::optional<QJsonObject> object = reader.optionalObject("window"_L1);
    if (!object) {
        return std::nullopt;
    }
    const LocalWindow window{QTime::fromString(object->value("from"_L1).toString(), timeForm),
                             QTime::fromString(object->value("to"_L1).toString(), timeForm)};
    if (!window.from.isValid() || !window.to.isValid() || window.from == window.to) {
        reader.reject("window"_L1, u"must name two times of the day such as \"01:00\", \"from\" and \"to\""_s);
    }
    return window;
}

} // namespace

tl::expected<Command, RejectedCommand> parseCommand(const QByteArray &body)
{
    const auto object = parseJsonObject(body);
    if (!object) {
        return tl::unexpected(RejectedCommand{object.error(), std::nullopt, {}});
    }
    JsonReader reader(*object);
    Command command;
    if (const auto number = reader.optionalInteger("command_no"_L1, 1, maxCommandNo)) {
        command.number = static_cast<CommandNo>(*number);
    }
    const QString name = reader.requiredText("command"_L1, maxName);
    command.notAfter = reader.optionalTime("not_after"_L1);
    command.progress = reader.optionalBool("progress"_L1, false);
    command.features = reader.optionalTexts("features"_L1, 16, maxName);
    command.isOperatorSigned = reader.has("jws"_L1);
    command.request = reader.optionalText("request"_L1, maxName);
    command.window = readWindow(reader);
    command.by = object->value("by"_L1).toString().simplified().left(maxName); // it is no reason to refuse a command
    if (!reader.error()) {
        if (auto parsed = readBody(reader, name)) {
            command.body = *std::move(parsed);
        } else {
            return tl::unexpected(RejectedCommand{{ErrorCode::UnknownCommand, u"unknown command \"%1\""_s.arg(name)},
                                                  command.number,
                                                  name,
                                                  command.request});
        }
    }
    if (!reader.error() && needsNumber(command.body) && !command.number) {
        reader.reject("command_no"_L1, u"is missing"_s);
    }
    if (reader.error()) {
        return tl::unexpected(RejectedCommand{*reader.error(), command.number, name, command.request});
    }
    return command;
}

QByteArray encode(const Command &command)
{
    QJsonObject object = bodyToJson(command.body);
    object["command"_L1] = commandName(command.body);
    if (command.number) {
        object["command_no"_L1] = static_cast<qint64>(*command.number);
    }
    if (command.notAfter) {
        object["not_after"_L1] = command.notAfter->toUTC().toString(Qt::ISODate);
    }
    if (command.progress) {
        object["progress"_L1] = true;
    }
    if (!command.features.isEmpty()) {
        object["features"_L1] = QJsonArray::fromStringList(command.features);
    }
    if (!command.request.isEmpty()) {
        object["request"_L1] = command.request;
    }
    if (command.window) {
        object["window"_L1] = QJsonObject{{"from"_L1, command.window->from.toString(timeForm)},
                                          {"to"_L1, command.window->to.toString(timeForm)}};
    }
    if (!command.by.isEmpty()) {
        object["by"_L1] = command.by;
    }
    return toAsciiJson(object);
}

QByteArray commandFingerprint(const QByteArray &body)
{
    // QJsonObject keeps its keys sorted, so writing it again is canonical enough for comparing with ourselves.
    const QByteArray canonical = QJsonDocument(QJsonDocument::fromJson(body).object()).toJson(QJsonDocument::Compact);
    return QCryptographicHash::hash(canonical, QCryptographicHash::Sha256);
}

} // namespace sgn
