// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/Result.h"

#include <QString>
#include <QStringList>

namespace sgn::supervision {

// The file that takes a process's stdout and stderr. The process writes to it directly and not through a pipe, because
// a pipe's reader would be the watchdog, whose end would then be the end of every process it supervises. It stays
// bounded because trim() cuts its beginning away; where the file system can do that in place (ext4, xfs) nothing that
// is being written gets lost.
class OutputLog
{
public:
    // `limit` bytes are kept at most after trim(), about.
    explicit OutputLog(const QString &path, qint64 limit = defaultLimit);

    [[nodiscard]] QString path() const { return m_path; }

    // For the next run of the process: appending, never through a link, only to a regular file without a second name.
    [[nodiscard]] Result<Descriptor> openForRun();

    // Cuts the file down when it has grown over the limit; whether it had.
    bool trim();

    // The last lines that were written since openForRun(): at most 20, each cut to 400 characters, without control
    // characters. Empty when there is nothing or the file isn't what we opened.
    [[nodiscard]] QStringList lastLines() const;

    static constexpr qint64 defaultLimit = 1024 * 1024;

private:
    [[nodiscard]] Result<Descriptor> openChecked(int flags) const;

    QString m_path;
    qint64 m_limit;
    qint64 m_runStart = 0; // where the current run's output begins
};

} // namespace sgn::supervision
