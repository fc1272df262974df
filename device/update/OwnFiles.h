// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "update/ReleasePaths.h"

#include <functional>
#include <optional>
#include <QByteArray>
#include <QSet>
#include <sys/stat.h>

namespace sgn::update {

// What a release has brought along: paths below its folder, as bytes, because a meter may choose names that are no
// UTF-8; a folder's ends with '/'. Everything else in an installed folder is the meter's own.
using OwnFiles = QSet<QByteArray>;

// Goes through everything below a folder, a folder before what is in it; follows no link and stays on the folder's file
// system. `visit` returns whether to go on into a folder. `unreadable` gets the folders that this user may not read.
// A folder that doesn't exist holds nothing. Io.
using Visit = std::function<bool(const QByteArray &path, const struct stat &info)>;
[[nodiscard]] Outcome walk(const QString &folder, const Visit &visit,
                           const std::function<void(const QByteArray &path)> &unreadable = {});

[[nodiscard]] Result<OwnFiles> everythingIn(const QString &folder);

// The lists are kept beside the releases, one for each folder, whose inode and time of birth they bear: so a list stays
// with its folder whatever changes places, and a folder that was laid out by hand has none. Nothing is noted where
// there is no real folder. Durable when it returns. NoSpace, Io.
[[nodiscard]] Outcome noteOwnFiles(const ReleasePaths &paths, const QString &folder, const OwnFiles &files);
// Returns nullopt for a folder without a list. Io.
[[nodiscard]] Result<std::optional<OwnFiles>> readOwnFiles(const ReleasePaths &paths, const QString &folder);
// Removes the lists of all folders but the installed release and the one that is kept for a rollback.
[[nodiscard]] Outcome forgetOtherFiles(const ReleasePaths &paths);

} // namespace sgn::update
