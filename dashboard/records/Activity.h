// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Command.h"
#include "protocol/Process.h"
#include "records/Problem.h"

#include <optional>
#include <QDateTime>
#include <QString>

namespace sgn::records {

// What a line of the timeline is about, and what its fields hold then.
enum class ActivityKind {
    DeviceAdded,
    DeviceRetired,
    CameOnline, // facts: OfflineFor
    WentOffline,
    CommandSent,   // subject: the command's name; jid empty: to all its targets; facts: SentBy; detail: its title
    CommandDone,   // detail: remarks of the device
    CommandFailed, // facts, detail: as CommandTarget's
    CommandExpired,
    ProcessDied,     // subject: process; facts: ProcessExit
    ProcessBack,     // subject: process
    VersionChanged,  // subject: process; detail: "1 → 2"
    LogsReceived,    // detail: bytes
    LogsFailed,      // facts, detail: as LogDelivery's
    IdentityProblem, // subject: the id it named; facts: ClaimsIdOf or SpokeAs
    PanelNotice,     // of a newer version; detail: its text
};

[[nodiscard]] QLatin1StringView nameOf(ActivityKind kind);
[[nodiscard]] std::optional<ActivityKind> activityKindFromString(QStringView text);

// One line of the timeline. Facts, not sentences, so that every reader gets it in a language of his own; in stores of
// version 2 and before, `detail` may hold a sentence in the language that the window had then.
struct ActivityEntry
{
    qint64 id = 0; // given by the store; increasing
    QDateTime at;  // UTC
    ActivityKind kind = ActivityKind::PanelNotice;
    QString jid;          // empty: the whole fleet or the panel
    CommandNo number = 0; // 0: none
    QString subject = {};
    QString detail = {};
    Facts facts = {};

    friend bool operator==(const ActivityEntry &, const ActivityEntry &) = default;
};

// Who has sent a command; empty: unknown, or it is another kind of line.
[[nodiscard]] QString senderOf(const ActivityEntry &entry);

// FactCode::ProcessExit of how a process ended.
[[nodiscard]] Fact exitFact(const LastExit &exit);

// Which lines to read, newest first.
struct ActivityFilter
{
    QString jid;          // empty: all
    CommandNo number = 0; // 0: all
    qint64 beforeId = 0;  // the id of the last line of the page before; 0: from the newest
    int limit = 500;
};

} // namespace sgn::records
