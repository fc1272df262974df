// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QString>
#include <stop_token>

namespace sgn::agent {

struct LogArchive
{
    QString path;
    qint64 size = 0;
    QByteArray sha256;
    int leftOut = 0; // files that didn't fit

    friend bool operator==(const LogArchive &, const LogArchive &) = default;
};

// Packs everything below the folder of logs as one zip, the newest files first until `maxBytes` (unpacked) are reached.
// Blocks: meant for Qt Concurrent. NotFound when there is no log at all, NoSpace, Io, Cancelled.
[[nodiscard]] Result<LogArchive> packLogs(const QString &folder, const QString &zip, qint64 maxBytes,
                                          const std::stop_token &stop);

} // namespace sgn::agent
