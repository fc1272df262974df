// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QJsonObject>

namespace sgn {

// Replaces `path` with `content` so that after a power cut at any moment it holds either the whole old or the whole new
// content: temporary file in the same folder, fsync, rename, fsync of the folder. `mode` are the permission bits of the
// new file. Blocks for as long as the disk does. Errors: NotFound (no such folder), NoSpace, Io; the old file is then
// untouched and the temporary one is gone, except that after a failed sync of the folder the new content is already
// there.
[[nodiscard]] Outcome writeFileAtomically(const QString &path, const QByteArray &content, unsigned mode = 0644);

// Removes what writeFileAtomically() has left beside `path` when it was killed. For the only program that writes the
// file, before it does.
void removeTemporaries(const QString &path);

// Removes a file durably (unlink, fsync of the folder). A file that isn't there is success.
[[nodiscard]] Outcome removeFileDurably(const QString &path);

// Makes a rename or an unlink in the folder survive a power cut.
[[nodiscard]] Outcome syncFolder(const QString &path);

// The whole file. NotFound when there is none, TooLarge over `maxSize` bytes, else Io: only when the disk has failed
// several times, because memory cards do fail once.
[[nodiscard]] Result<QByteArray> readFile(const QString &path, qint64 maxSize);

// The same for a file in a folder that others can write to: it neither follows a link nor is blocked by a pipe. Refused
// for what is no regular file.
[[nodiscard]] Result<QByteArray> readRegularFile(const QString &path, qint64 maxSize);

// A JSON object kept in a small file. NotFound, TooLarge, Io as above; BadFile when it isn't a JSON object.
[[nodiscard]] Result<QJsonObject> readJsonFile(const QString &path, qint64 maxSize = 4 * 1024 * 1024);

} // namespace sgn
