// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Command.h"
#include "records/Problem.h"

#include <QDateTime>
#include <QString>

namespace sgn::records {

// One answer to "get logs" of one device.
struct LogDelivery
{
    enum class State {
        Requested,   // the device hasn't answered yet
        Downloading, // from the server's file store
        Unpacking,
        Ready,
        Elsewhere, // the device reports that it has uploaded its logs to its own server
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
    QString remarks;       // text of the device, or of a library on a failure
    Facts facts;           // why it failed, or where the logs are instead; before the remarks

    friend bool operator==(const LogDelivery &, const LogDelivery &) = default;
};

[[nodiscard]] QLatin1StringView nameOf(LogDelivery::State state);
[[nodiscard]] std::optional<LogDelivery::State> logStateFromString(QStringView text);
[[nodiscard]] bool isFinal(LogDelivery::State state);

} // namespace sgn::records
