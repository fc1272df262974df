// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Process.h"

#include <QByteArray>
#include <QString>
#include <variant>

namespace sgn {

// The sign of life of a meter process (seed step 17, protocol section 4).
struct Heartbeat
{
    QString processName;
    qint64 pid = 0;
    QString runCommand; // an absolute path; started directly, never through a shell
    int version = 0;

    friend bool operator==(const Heartbeat &, const Heartbeat &) = default;
};

// A local process requests the version report; the reply is sent to the datagram's sender.
struct LocalVersionRequest
{
    friend bool operator==(const LocalVersionRequest &, const LocalVersionRequest &) = default;
};

using WatchdogDatagram = std::variant<Heartbeat, LocalVersionRequest>;

// BadRequest with the reason for anything that isn't one of the two.
[[nodiscard]] Result<WatchdogDatagram> parseDatagram(const QByteArray &datagram);

// The process name in a datagram that parseDatagram() refuses, for a sentence about it; empty when none can be read.
[[nodiscard]] QString processNameIn(const QByteArray &datagram);

[[nodiscard]] QByteArray encode(const Heartbeat &heartbeat);
// The report without `from`, for the UDP reply.
[[nodiscard]] QByteArray encodeLocalVersionReport(const QList<ProcessReport> &processes);

} // namespace sgn
