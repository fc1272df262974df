// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QString>

namespace sgn::technician {

// One log in logs/.
struct DeviceLog
{
    QString name; // as `logs` takes it: "agent", "ocr"
    QString path;
    qint64 size = 0;
    QDateTime changed; // UTC
};

// All of them, by name. Only regular files count.
[[nodiscard]] QList<DeviceLog> deviceLogs(const DeviceTree &tree);
// NotFound, with the names that there are.
[[nodiscard]] Result<DeviceLog> findLog(const DeviceTree &tree, const QString &name);

// The last lines of a log; of a rotated one (NAME.log.1) as many as the newest file lacks. At most 1 MiB of each is
// read. Refused for what is no regular file; NotFound, Io.
[[nodiscard]] Result<QByteArray> lastLines(const DeviceLog &log, int count);

// What a terminal may get of a log: everything but line feeds and tabs that could do something there is a "?". Other
// programs write logs.
[[nodiscard]] QByteArray harmless(const QByteArray &text);

// Reads on where a log grows; begins at its present end.
class LogFollower
{
public:
    explicit LogFollower(QString path);

    // What was written since the last call, at most 1 MiB; empty when there is nothing. Begins anew where the file was
    // replaced or cut down.
    [[nodiscard]] QByteArray read();

private:
    QString m_path;
    quint64 m_inode = 0;
    qint64 m_offset = 0;
};

} // namespace sgn::technician
