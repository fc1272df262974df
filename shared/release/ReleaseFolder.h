// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "release/ReleaseManifest.h"

#include <QString>
#include <stop_token>

namespace sgn {

// Whether `place` is the file that is listed as `path`, with its content and mode; no link is followed. HashMismatch
// with the path; Io; Cancelled.
[[nodiscard]] Outcome checkReleaseFile(const QString &place, const QString &path, const ReleaseFile &wanted,
                                       const std::stop_token &stop = {});

// Whether below `folder`, which holds the release's own top folder, are just the files that `files` lists: none
// missing, none more, each with its content and mode. Folders without files don't count. No link is followed out of it,
// but the folder must not be changed meanwhile. Reads everything: meant for Qt Concurrent. HashMismatch with the path;
// Io; Cancelled.
[[nodiscard]] Outcome checkReleaseFolder(const QString &folder, const QMap<QString, ReleaseFile> &files,
                                         const std::stop_token &stop = {});

} // namespace sgn
