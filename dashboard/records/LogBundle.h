// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"

#include <QDateTime>
#include <QList>
#include <QString>

namespace sgn::records {

// One answer to "get logs" of one device.
struct LogBundle
{
    enum class State {
        Requested,   // the device hasn't answered yet
        Downloading, // from the server's file store
        Unpacking,
        Ready,
        Elsewhere, // the device says it has uploaded its logs to its own server
        Failed,
    };

    qint64 id = 0;
    QString jid;
    CommandNo number = 0;
    State state = State::Requested;
    QDateTime requestedAt; // UTC
    QDateTime finishedAt;  // UTC; invalid while on its way
    qint64 received = 0;   // bytes of the zip so far
    qint64 size = -1;      // of the zip; -1: unknown
    QString folder;        // absolute; empty until Ready
    QString remarks;       // what the device said, or why it failed

    friend bool operator==(const LogBundle &, const LogBundle &) = default;
};

[[nodiscard]] QLatin1StringView nameOf(LogBundle::State state);
[[nodiscard]] std::optional<LogBundle::State> logStateFromString(QStringView text);
[[nodiscard]] bool isFinal(LogBundle::State state);

struct LogFile
{
    QString name; // relative to the bundle's folder
    QString path; // absolute
    qint64 size = 0;

    friend bool operator==(const LogFile &, const LogFile &) = default;
};

// Every regular file below the folder, in order of names; links are left out.
[[nodiscard]] QList<LogFile> logFilesBelow(const QString &folder);

// The text of a log: UTF-8, with what isn't shown as U+FFFD and control characters other than line breaks and tabs as
// their pictures (U+2400…), so that a log can't play tricks on a terminal or a view. When the file is larger than
// `maxSize` bytes, its end, from the beginning of a line. Blocks for as long as reading takes. Errors: NotFound, Io.
[[nodiscard]] Result<QString> readLogText(const QString &path, qint64 maxSize = qint64{32} * 1024 * 1024);

} // namespace sgn::records
