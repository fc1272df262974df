// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"
#include "protocol/Command.h"
#include "records/Problem.h"

#include <array>
#include <optional>
#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>

namespace sgn::records {

// How far one command is on one device.
enum class TargetState {
    Queued,    // kept here; the server hasn't got it yet
    Sent,      // the server has it; the device is offline
    Delivered, // the server has passed it on to the device
    Running,   // the device reports that it works on it
    Done,
    Failed,
    Expired, // not answered until its time was over
};
inline constexpr int targetStateCount = 7;

[[nodiscard]] bool isFinal(TargetState state);
// Stable spelling for files and JSON: "queued", "sent"...
[[nodiscard]] QLatin1StringView nameOf(TargetState state);
[[nodiscard]] std::optional<TargetState> targetStateFromString(QStringView text);

struct CommandTarget
{
    QString jid;
    TargetState state = TargetState::Queued;
    int percent = -1;    // of deviceState while running; -1: unknown
    QString deviceState; // as in the progress message
    QString remarks;     // text of the device: of the result, or while running what it waits for
    Facts facts;         // why it failed here, before the remarks; or while running what it waits for
    QStringList log;     // of a failure, as the device reports it: what led to it
    std::optional<ErrorCode> error;
    int attempts = 0;           // how often it was given to the server
    QDateTime sentAt;           // UTC, last time; invalid: never
    QDateTime repliedAt;        // UTC, last message of the device about it; invalid: none
    QDateTime finishedAt;       // UTC; invalid while open
    QDateTime firstSentAt = {}; // UTC, by whichever program; invalid: never

    friend bool operator==(const CommandTarget &, const CommandTarget &) = default;
};

// How many targets are in each state.
struct CommandCounts
{
    std::array<int, targetStateCount> byState{};

    [[nodiscard]] int in(TargetState state) const { return byState[static_cast<std::size_t>(state)]; }
    int &operator[](TargetState state) { return byState[static_cast<std::size_t>(state)]; }
    [[nodiscard]] int total() const;
    [[nodiscard]] int open() const;

    friend bool operator==(const CommandCounts &, const CommandCounts &) = default;
};

// Something that is installed on a device and followed step by step: a release, the CA file, the previous release.
[[nodiscard]] bool isInstallation(const CommandBody &body);

// Where devices fetch the file that is installed; empty for what they don't fetch.
[[nodiscard]] QUrl fileAddress(const CommandBody &body);

// One request to a set of devices; its targets are asked of the CommandLog.
struct IssuedCommand
{
    CommandNo number = 0;
    Command command;
    QDateTime createdAt; // UTC
    QString requestedBy; // "sgnctl", "dashboard", or the other client's resource
    // Sent by a program that shares our store. What another client of the account sends is followed, but never sent
    // again from here.
    bool isOwn = true;
    // A name for display, e.g. the zip's file name; may be empty.
    QString title;
    CommandCounts counts;
};

} // namespace sgn::records
