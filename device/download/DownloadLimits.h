// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <QString>

namespace sgn::download {

// Limits of a download in bytes, time and tries.
struct DownloadLimits
{
    // The limit where the command names no size.
    qint64 maxBytes = qint64{2} * 1024 * 1024 * 1024;
    // Never fill the card to the last byte: logs, the journal and the meter's own data need room.
    qint64 reservedBytes = qint64{16} * 1024 * 1024;
    // Failed tries in a row; a try that fetched `progressBytes` restarts the count.
    int maxFailures = 8;
    qint64 progressBytes = 256 * 1024;
    std::chrono::milliseconds firstPause{1'000};
    std::chrono::milliseconds longestPause{60'000};
    // A try that fetches less than `stallBytes` in this time is aborted.
    std::chrono::milliseconds stallTimeout{60'000};
    qint64 stallBytes = 4 * 1024;
    // Over all tries.
    std::chrono::milliseconds totalTimeout = std::chrono::hours(6);
    int maxRedirects = 5;
    // Returns the free bytes of the file system that a path is on; -1 when unknown. For tests.
    std::function<qint64(const QString &path)> freeSpace;
};

// Returns the free bytes of the file system that `path` is on, from the limits' function or else from the system; -1
// when unknown.
[[nodiscard]] qint64 freeSpace(const DownloadLimits &limits, const QString &path);

} // namespace sgn::download
