// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"

#include <QList>
#include <QString>

namespace sgn::core {

// One file of the logs that a device sent.
struct LogFile
{
    QString name; // relative to the delivery's folder
    QString path; // absolute
    qint64 size = 0;

    friend bool operator==(const LogFile &, const LogFile &) = default;
};

// Every regular file below the folder, in order of names; links are left out.
[[nodiscard]] QList<LogFile> logFilesBelow(const QString &folder);

// The text of a log: UTF-8, with what isn't shown as U+FFFD and control characters other than line breaks and tabs as
// their pictures (U+2400…), so that a log can't steer a terminal or a view. When the file is larger than
// `maxSize` bytes, its end, from the beginning of a line. Blocks for as long as reading takes. Errors: NotFound, Io.
[[nodiscard]] records::Expected<QString> readLogText(const QString &path, qint64 maxSize = qint64{32} * 1024 * 1024);

} // namespace sgn::core
