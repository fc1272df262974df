// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "download/DeltaPlan.h"
#include "download/Download.h"

#include <stop_token>

namespace sgn::download {

// Files of a release that are made of installed ones by patches from its zip (FilePatch.h). All block: meant for Qt
// Concurrent.

// The members with a patch of a file as it is installed now, by the file's path; none for an unchanged file, none that
// is no smaller than the file's own member, and none that is too large for the memory.
[[nodiscard]] QHash<QString, ZipMember> usablePatches(const QList<ZipMember> &members, const DeltaBase &base,
                                                      const QSet<QString> &unchanged, const std::stop_token &stop);

// Makes the plan's patched files in `folder`, from the fetched ranges, each checked against the manifest. HashMismatch
// and those of applyPatch(); Cancelled.
[[nodiscard]] Outcome makePatchedFiles(const DeltaPlan &plan, const DeltaBase &base, const QString &rangesFile,
                                       const QString &folder, const std::stop_token &stop);
// Where such a file is then.
[[nodiscard]] QString patchedFile(const DeltaBase &base, const QString &path, const QString &folder);

} // namespace sgn::download
