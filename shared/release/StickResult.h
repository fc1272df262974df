// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Process.h"

#include <optional>
#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>

namespace sgn {

// What became of one release of a stick on a device.
struct StickReleaseResult
{
    QString component; // as signed, "SmartMeter"; empty where the signature is wrong
    QString release;   // its name for people
    bool success = false;
    QString remarks;                 // why it failed, or a note on success such as "already installed"
    std::optional<ErrorCode> error;  // of a failure
    bool rolledBack = false;         // the new release was in place and isn't any more
    QList<ProcessVersion> processes; // SmartMeter: the versions of the release
    std::optional<int> version;      // the others
    QList<ProcessVersion> before;    // what ran before it, where it was exchanged
    std::optional<int> versionBefore;
    QStringList log; // what led to a failure, oldest first

    friend bool operator==(const StickReleaseResult &, const StickReleaseResult &) = default;
};

// What a device writes back to the stick, sgn/results/<device>-<time>.json (shared/protocol/README.md, Files).
struct StickResult
{
    QString device; // rpi_unique_id; empty where the device can't read its configuration
    QString jid;
    QDateTime time;                 // UTC, by the device's own clock, which without network may be wrong
    QString order;                  // SHA-256 of the order.json that was carried out, in hexadecimal digits
    QString remarks;                // why nothing was tried, or what is missing in the logs; may be empty
    std::optional<ErrorCode> error; // with the remarks: the whole order was refused
    QList<StickReleaseResult> releases;

    // All releases are installed.
    [[nodiscard]] bool isSuccess() const;

    friend bool operator==(const StickResult &, const StickResult &) = default;
};

inline constexpr qsizetype maxStickResult = 512 * 1024; // bytes

[[nodiscard]] QByteArray encode(const StickResult &result);
// BadFile with the reason.
[[nodiscard]] Result<StickResult> parseStickResult(const QByteArray &json);

} // namespace sgn
