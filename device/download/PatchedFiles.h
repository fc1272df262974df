// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "download/DeltaPlan.h"
#include "download/Download.h"

#include <stop_token>

namespace sgn::download {

// The members with a patch (FilePatch.h) of a file as it is installed now, by the file's path; none for a file that is
// `present`, none that is no smaller than the file's own member, and none that is too large for the memory. Blocks:
// meant for Qt Concurrent.
[[nodiscard]] QHash<QString, ZipMember> usablePatches(const QList<ZipMember> &members, const ReleaseContent &content,
                                                      const QSet<QString> &present, const std::stop_token &stop);

} // namespace sgn::download
