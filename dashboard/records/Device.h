// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Process.h"
#include "protocol/Reply.h"
#include "records/CommandState.h"
#include "records/DeviceNotes.h"

#include <memory>
#include <optional>
#include <QDateTime>
#include <QFlags>
#include <QList>
#include <QString>
#include <QStringList>

namespace sgn::records {

// A process as last reported, and since when it is known to be dead (UTC, by the server's clock where the device's is
// implausible; invalid while it lives).
struct DeviceProcess
{
    ProcessReport report;
    QDateTime deadSince;

    friend bool operator==(const DeviceProcess &, const DeviceProcess &) = default;
};

// Null where the list has no process of that name; valid as long as the list.
[[nodiscard]] const DeviceProcess *processNamed(const QList<DeviceProcess> &processes, QStringView name);

// What an update wants a device to become. One object for all devices of a command.
struct UpdateTarget
{
    CommandNo number = 0;
    Component component = Component::SmartMeter;
    QList<ProcessVersion> processes;
    int version = 0;
    QDateTime createdAt; // UTC: which of two is the newer one
};

// What an update command wants of each of its devices; null for any other command.
[[nodiscard]] std::shared_ptr<const UpdateTarget> updateTargetOf(const IssuedCommand &record);

// The last update sent to a device, as far as it is known to have got.
struct DeviceUpdate
{
    std::shared_ptr<const UpdateTarget> target;
    TargetState state = TargetState::Queued;
    int percent = -1;    // of deviceState; -1: unknown
    QString deviceState; // "downloading", "confirming"... as the device reports it
    QString remarks;     // text of the device
    Facts facts;         // why it failed here, before the remarks
};

// One meter as the panel knows it. Its JID is what it is; all text in it came from outside and is plain text.
struct Device
{
    QString jid;         // bare
    QString label;       // what operators call it; empty: nothing
    QStringList tags;    // sorted
    QString rpiUniqueId; // bound at the first message; empty until then
    bool online = false; // by presence or by a recent message
    // The server shows it online, yet it didn't answer within its time.
    bool notAnswering = false;
    // Understands the messages beyond the seed (it reports facts or states).
    bool isModern = false;
    // Among the panel account's contacts on the server, when last seen.
    bool isContact = false;
    QDateTime onlineSince; // UTC, when this panel saw it come; invalid while offline
    QDateTime lastSeen;    // UTC, last sign of life; invalid: never
    QDateTime lastReport;  // UTC, last version report; invalid: never
    // Bare JID of the device that had this rpi_unique_id first; empty: no conflict.
    QString conflictWith;
    // The `from` of a message that wasn't this device's own id; empty: none.
    QString foreignFrom;
    // What of its last messages can't be read, for the one who programs it; empty: nothing.
    QString unreadable;
    DeviceNotes notes;
    DeviceFacts facts;
    QList<DeviceProcess> processes; // in the order of the report, at most maxProcesses
    std::optional<DeviceUpdate> update;

    // Its name in tables: the label, else the JID's local part.
    [[nodiscard]] QStringView name() const;
    [[nodiscard]] const DeviceProcess *process(QStringView name) const;
    [[nodiscard]] int deadCount() const;
    // On its way: sent or running, not finished.
    [[nodiscard]] bool isUpdating() const;
    // The version that the last update brings to a process and that the device doesn't report yet.
    [[nodiscard]] std::optional<int> wantedVersion(QStringView processName) const;
    [[nodiscard]] bool isBehind(QStringView processName) const;
    // The reported version of a component that has one; unknown for SmartMeter, whose processes have their own.
    [[nodiscard]] ReportedVersion releaseVersion(Component component) const;
    [[nodiscard]] bool isBehind() const;
};

enum class DeviceChange {
    Seen = 0x01,      // lastSeen alone
    Presence = 0x02,  // online, onlineSince, notAnswering
    Processes = 0x04, // list, versions, dead or alive
    Facts = 0x08,
    Update = 0x10,
    Identity = 0x20, // rpiUniqueId, conflict, foreign from
    Unreadable = 0x40,
    Contact = 0x80,
    Label = 0x100, // label, tags
    Notes = 0x200,
};
Q_DECLARE_FLAGS(DeviceChanges, DeviceChange)
Q_DECLARE_OPERATORS_FOR_FLAGS(DeviceChanges)

} // namespace sgn::records
