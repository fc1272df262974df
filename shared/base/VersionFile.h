// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QString>

namespace sgn {

// The file in a release's folder that holds the release's number.
inline constexpr QLatin1StringView versionFileName("version");
// A longer one isn't read.
inline constexpr qint64 maxVersionFileSize = 64;

// The content of a version file: one whole number of 0 to 2147483647, with white space around it at most. BadFile
// otherwise; the message has no name of a file in it.
[[nodiscard]] Result<int> parseVersionFile(const QByteArray &content);

// The number in the version file at `path`. NotFound if there is none; BadFile if it is no regular file, is too long,
// can't be read or holds something else. A link to a regular file is followed.
[[nodiscard]] Result<int> readVersionFile(const QString &path);

// The same for the version file in `folder`.
[[nodiscard]] Result<int> readReleaseVersion(const QString &folder);

} // namespace sgn
