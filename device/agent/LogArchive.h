// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <optional>
#include <QByteArray>
#include <QString>
#include <QStringList>
#include <stop_token>

namespace sgn::agent {

struct LogArchive
{
    QString path;
    qint64 size = 0;
    QByteArray sha256;
    // What isn't in it, or not as a whole, and why: one sentence for each file, or for many.
    QStringList left;

    friend bool operator==(const LogArchive &, const LogArchive &) = default;
};

struct LogLimits
{
    qint64 bytes = 0;                    // of the files together
    std::optional<qint64> zipBytes = {}; // of the zip
    qsizetype files = 5'000;             // the newest ones; what is older is only counted
};

// Packs what can be had of the folder of logs as one zip: the newest files first; of one that is too large its end, if
// it isn't compressed, so that it leaves room for others. Files that can't be read are left out, names that no zip may
// have are changed. Blocks: meant for Qt Concurrent. NotFound when there is no log at all that could be packed,
// NoSpace, Io, Cancelled.
[[nodiscard]] Result<LogArchive> packLogs(const QString &folder, const QString &zip, const LogLimits &limits,
                                          const std::stop_token &stop);

// The sentence about what was left out, for an operator; the first few by name.
[[nodiscard]] QString describeLeft(const QStringList &left);

} // namespace sgn::agent
