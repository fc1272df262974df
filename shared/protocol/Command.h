// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/LocalWindow.h"
#include "protocol/Process.h"

#include <array>
#include <optional>
#include <QByteArray>
#include <QDateTime>
#include <QStringList>
#include <QUrl>
#include <variant>

namespace sgn {

// Uniquely identifies one request to a set of devices (seed step 14); 1 and up.
using CommandNo = quint32;

// The parts of a device that a release zip replaces, each a folder: the meter's programs, the agent, the watchdog and
// the Python packages (seed steps 5, 8, 9 and 11). The CA file is no release and has a command of its own.
enum class Component { SmartMeter, JabberClient, WatchDog, SitePackages };
inline constexpr std::array allComponents{Component::SmartMeter, Component::JabberClient, Component::WatchDog,
                                          Component::SitePackages};

// The folder that the release zip yields and that is replaced: "SmartMeter", "JabberClient", "WatchDog",
// "site-packages". Also the component's name in fields.
QLatin1StringView folderName(Component component);
// The command's name: "smart_meter_update", "jabber_client_update", "watchdog_update", "python_package_update".
QLatin1StringView commandName(Component component);
std::optional<Component> componentFromFolder(QStringView folder);

// smart_meter_update and its kin (seed step 14).
struct UpdateCommand
{
    Component component = Component::SmartMeter;
    QUrl url;
    QList<ProcessVersion> processes; // SmartMeter: every process of the release and its version
    int version = 0;                 // the others: the release's version
    bool force = false;              // ext: install even what is lower or already there
    QByteArray sha256;               // ext: of the zip, 32 bytes, or empty
    std::optional<qint64> size;      // ext: of the zip, bytes
    QString release;                 // ext: signed release manifest, compact JWS, or empty
    QUrl releaseUrl; // ext: where the same manifest is with all files, if `release` has no room for them

    friend bool operator==(const UpdateCommand &, const UpdateCommand &) = default;
};

// Replaces certs/cacert.pem (seed step 7): a PEM file, neither a zip nor numbered by a version.
struct CaCertUpdate
{
    QUrl url;
    QByteArray sha256;          // ext: of the file, 32 bytes, or empty
    std::optional<qint64> size; // ext: of the file, bytes
    QString release;            // ext: signed release manifest, compact JWS, or empty

    friend bool operator==(const CaCertUpdate &, const CaCertUpdate &) = default;
};

// Restarts the machine.
struct RebootSystem
{
    friend bool operator==(const RebootSystem &, const RebootSystem &) = default;
};

// ext: restores the release before the installed one.
struct Rollback
{
    Component component = Component::SmartMeter;

    friend bool operator==(const Rollback &, const Rollback &) = default;
};

// Seed step 15.
struct VersionRequest
{
    friend bool operator==(const VersionRequest &, const VersionRequest &) = default;
};

// Seed step 16.
struct UploadLogs
{
    friend bool operator==(const UploadLogs &, const UploadLogs &) = default;
};

// ext: stops an update before its swap.
struct CancelUpdate
{
    CommandNo cancels = 0;

    friend bool operator==(const CancelUpdate &, const CancelUpdate &) = default;
};

// ext: only processes that the watchdog knows.
struct RestartProcess
{
    QString processName;

    friend bool operator==(const RestartProcess &, const RestartProcess &) = default;
};

// A configuration has a tenth of it. An operator's signature carries all of it once more.
inline constexpr qsizetype maxConfigUpdate = 18 * 1024;

// ext: replaces config_file.bin; the new one stays if the device comes online by it.
struct ConfigUpdate
{
    QByteArray file;    // a config_file.bin of version 2, under the key of the very device; base64 on the wire
    int timeoutS = 300; // for coming online, 30 to 3600

    friend bool operator==(const ConfigUpdate &, const ConfigUpdate &) = default;
};

using CommandBody = std::variant<UpdateCommand, VersionRequest, UploadLogs, CancelUpdate, RestartProcess, CaCertUpdate,
                                 RebootSystem, Rollback, ConfigUpdate>;

// One command from the panel (protocol section 2).
struct Command
{
    CommandBody body;
    std::optional<CommandNo> number; // required for everything but version_req and upload_logs
    std::optional<QDateTime> notAfter;
    bool progress = false;         // the sender understands progress messages
    QStringList features;          // version_req: what the sender understands ("events", "progress")
    bool isOperatorSigned = false; // carries a `jws` field
    // ext: every reply to the command names it again, so that no answer to another command is taken for one to this.
    QString request = {};
    // ext: a release is fetched at once, but exchanged only within this time of the day.
    std::optional<LocalWindow> window = {};
    // ext: the operator's name, for the other desks; a device makes nothing of it.
    QString by = {};

    friend bool operator==(const Command &, const Command &) = default;
};

QString commandName(const CommandBody &body);

// A body that is no command, with what is needed to reply to it.
struct RejectedCommand
{
    Error error;                     // BadRequest or UnknownCommand
    std::optional<CommandNo> number; // present: the sender gets a result; absent: a log line is all
    QString name;                    // of the command, as far as it could be read
    QString request = {};            // likewise
};

// Unknown fields are ignored.
[[nodiscard]] tl::expected<Command, RejectedCommand> parseCommand(const QByteArray &body);
[[nodiscard]] QByteArray encode(const Command &command);

// Identifies the content of a command, whatever the order of its fields or its white space: SHA-256 of its canonical
// JSON. The same number with the same fingerprint is a repeat, with another one a new command.
[[nodiscard]] QByteArray commandFingerprint(const QByteArray &body);

} // namespace sgn
