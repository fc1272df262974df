// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Command.h"

#include <optional>
#include <QDateTime>
#include <QString>

namespace sgn::records {

enum class ActivityKind {
    DeviceAdded,
    CameOnline,
    WentOffline,
    CommandSent,   // subject: the command's name; jid empty: to all its targets
    CommandDone,   // detail: remarks
    CommandFailed, // detail: remarks
    CommandExpired,
    ProcessDied,     // subject: process; detail: how
    ProcessBack,     // subject: process
    VersionChanged,  // subject: process; detail: "1 → 2"
    LogsReceived,    // detail: bytes
    LogsFailed,      // detail: why
    IdentityProblem, // detail: what it claimed
    PanelNotice,     // detail: something about the panel itself
};

[[nodiscard]] QLatin1StringView nameOf(ActivityKind kind);
[[nodiscard]] std::optional<ActivityKind> activityKindFromString(QStringView text);

// One line of the timeline. Facts, not sentences, so that it reads in whatever language the window has.
struct ActivityEntry
{
    qint64 id = 0; // given by the store; increasing
    QDateTime at;  // UTC
    ActivityKind kind = ActivityKind::PanelNotice;
    QString jid;          // empty: the whole fleet or the panel
    CommandNo number = 0; // 0: none
    QString subject;
    QString detail;

    friend bool operator==(const ActivityEntry &, const ActivityEntry &) = default;
};

// Which lines to read, newest first.
struct ActivityFilter
{
    QString jid;          // empty: all
    CommandNo number = 0; // 0: all
    qint64 beforeId = 0;  // the id of the last line of the page before; 0: from the newest
    int limit = 500;
};

// One plain sentence in the user's language.
[[nodiscard]] QString describe(const ActivityEntry &entry);

} // namespace sgn::records
