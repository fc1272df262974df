// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <QString>

namespace sgn::download {

// What a download may cost, and how patient it is.
struct DownloadLimits
{
    // Cap where the command names no size.
    qint64 maxBytes = qint64{2} * 1024 * 1024 * 1024;
    // Never fill the card to the last byte: logs, the journal and the meter's own data need room.
    qint64 reservedBytes = qint64{16} * 1024 * 1024;
    // Failed tries in a row; a try that brought `progressBytes` starts the count anew.
    int maxFailures = 8;
    qint64 progressBytes = 256 * 1024;
    std::chrono::milliseconds firstPause{1'000};
    std::chrono::milliseconds longestPause{60'000};
    // A try that brings less than `stallBytes` in this time is cut off.
    std::chrono::milliseconds stallTimeout{60'000};
    qint64 stallBytes = 4 * 1024;
    // Over all tries.
    std::chrono::milliseconds totalTimeout = std::chrono::hours(6);
    int maxRedirects = 5;
    // Free bytes of the file system that a path is on; -1 when unknown. For tests.
    std::function<qint64(const QString &path)> freeSpace;
};

// Free bytes of the file system that `path` is on, as the limits or else the system say; -1 when unknown.
[[nodiscard]] qint64 freeSpace(const DownloadLimits &limits, const QString &path);

} // namespace sgn::download
