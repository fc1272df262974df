// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <optional>
#include <QByteArray>
#include <QString>
#include <stop_token>

namespace sgn {

// What makes a file of a newer one: a Zstandard frame (RFC 8878) for which the old file is the prefix, as by
// `zstd --patch-from`. In a release zip it is the optional, stored member "<path>.zst-patch-from-<SHA-256 of the old
// file>", which a device fetches instead of the member <path>. Readers of zips pass over such members: no release has
// them as files.

// Larger files aren't patched: a device keeps the old one in memory meanwhile.
inline constexpr qint64 maxPatchedFile = qint64{64} * 1024 * 1024;

struct PatchName
{
    QString path;         // of the file
    QByteArray oldSha256; // 32 bytes

    friend bool operator==(const PatchName &, const PatchName &) = default;
};

[[nodiscard]] QString toMemberPath(const PatchName &name);
// Nothing for the path of an ordinary member.
[[nodiscard]] std::optional<PatchName> patchNameFrom(const QString &memberPath);

// Blocks. TooLarge over maxPatchedFile; Internal.
[[nodiscard]] Result<QByteArray> makePatch(QByteArrayView oldContent, QByteArrayView newContent);

// Writes the new file, which must have `size` bytes, to `target`; after an error it is removed. Blocks, with the old
// file and the patch in memory. BadArchive for a patch that isn't one of this file; TooLarge, NotFound, NoSpace, Io.
[[nodiscard]] Outcome applyPatch(QByteArrayView patch, const QString &oldFile, const QString &target, qint64 size);

} // namespace sgn
