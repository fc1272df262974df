// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"
#include "protocol/Process.h"
#include "protocol/ReportedVersion.h"

#include <optional>
#include <QByteArray>
#include <QUrl>
#include <variant>

namespace sgn {

// Result of a numbered command (seed step 14, protocol section 3).
struct CommandResult
{
    CommandNo number = 0;
    QString from; // rpi_unique_id
    bool success = false;
    QString remarks; // one plain sentence, the cause of a failure; empty or a note on success
    // ext
    QString command;
    std::optional<ErrorCode> error;
    std::optional<double> durationS;
    std::optional<qint64> bytes; // downloaded
    bool rolledBack = false;
    QStringList log = {}; // of a failed update: the last lines about it, at most 20
    QString request = {}; // of the command; empty: it had none, or the device doesn't know the field

    friend bool operator==(const CommandResult &, const CommandResult &) = default;
};

// ext: facts about the device in a version report.
struct DeviceFacts
{
    ReportedVersion agentVersion;
    ReportedVersion watchdogVersion;
    QString os;
    QString model;
    std::optional<qint64> uptimeS;
    std::optional<qint64> diskFreeMb;
    std::optional<qint64> memAvailableMb;
    std::optional<double> temperatureC;
    std::optional<double> clockOffsetS;
    ReportedVersion packagesVersion = {}; // of the Python packages, where they name one
    std::optional<int> utcOffsetS = {};   // of its local time, seconds east of UTC
    QString network = {};                 // that leads to the server: "ethernet", "wifi", "cellular"
    bool readOnly = false;                // the card takes no writes
    int processesOmitted = 0;             // that a report has no room for
    QString problem = {};                 // what else the device knows to be wrong with it, a sentence

    friend bool operator==(const DeviceFacts &, const DeviceFacts &) = default;
};

// Seed step 15.
struct VersionReport
{
    QString from;
    QList<ProcessReport> processes;
    DeviceFacts facts;

    friend bool operator==(const VersionReport &, const VersionReport &) = default;
};

// Seed step 16.
struct LogsReply
{
    QString from;
    bool success = false;
    // ext
    QUrl url;
    std::optional<qint64> size;
    QByteArray sha256; // 32 bytes or empty
    QString remarks;
    std::optional<CommandNo> number;
    QString request = {}; // as in CommandResult

    friend bool operator==(const LogsReply &, const LogsReply &) = default;
};

// ext: how far an update is.
struct ProgressReport
{
    enum class Wait {
        Hold,   // users at the device, by cfg/hold
        Window, // Command::window
    };

    CommandNo number = 0;
    QString from;
    QString state;        // downloading, verifying, staging, waiting, swapping, confirming
    int percent = 0;      // 0 to 100, of this state
    QString remarks = {}; // what it waits for; else empty
    QString request = {}; // as in CommandResult
    // The same as the remarks for who has words of their own; nullopt: for nothing, or the device doesn't know the
    // field.
    std::optional<Wait> waitsFor = {};

    friend bool operator==(const ProgressReport &, const ProgressReport &) = default;
};

// ext: a process changed its state; unsolicited.
struct ProcessEvent
{
    QString from;
    ProcessReport process;

    friend bool operator==(const ProcessEvent &, const ProcessEvent &) = default;
};

using DeviceMessage = std::variant<CommandResult, VersionReport, LogsReply, ProgressReport, ProcessEvent>;

struct DeviceMessageReading
{
    DeviceMessage message;
    QStringList notes; // what of it can't be read, a sentence each; usually none
};

// Everything a device sends, read as far as it can be (LenientReader.h): what a device far away has to report matters
// more than how its makers spell it. BadRequest with the reason for anything else, including a panel's own command.
[[nodiscard]] Result<DeviceMessageReading> readDeviceMessage(const QByteArray &body);
// The same without the notes.
[[nodiscard]] Result<DeviceMessage> parseDeviceMessage(const QByteArray &body);

// Omits the log when the message would get too large.
[[nodiscard]] QByteArray encode(const CommandResult &result);
// At most maxBodySize: omits what is ext of the processes when the message would get too large, their last lines first,
// and then processes, those that run first; facts.processesOmitted is their number.
[[nodiscard]] QByteArray encode(const VersionReport &report);
[[nodiscard]] QByteArray encode(const LogsReply &reply);
[[nodiscard]] QByteArray encode(const ProgressReport &progress);
[[nodiscard]] QByteArray encode(const ProcessEvent &event);

} // namespace sgn
