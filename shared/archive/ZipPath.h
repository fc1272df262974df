// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArrayView>
#include <QString>

namespace sgn {

// How the bytes of a name are read. A zip that doesn't mark them as UTF-8 may have them in UTF-8 nevertheless, as many
// tools write them, or in code page 437, as the format's description has it (APPNOTE 6.3.10, appendix D).
enum class ZipNames { Utf8, Unmarked };

// The name of an entry as a path that can be used below a folder: relative, no empty, "." or ".." part, no backslash,
// no control character, at most 1024 bytes and 255 a part. One '/' at the end, which marks folders, is taken off, and
// so is "./" at the beginning; empty is then the folder itself. Else BadArchive.
[[nodiscard]] Result<QString> zipPath(QByteArrayView name, ZipNames names = ZipNames::Utf8);

// Whether an entry is nothing that was packed, but what the Finder adds for itself: __MACOSX, "._" files, .DS_Store.
[[nodiscard]] bool isFindersOwn(QStringView path);

// Whether a symlink at `path` with this target stays at or below `topFolder`, whatever other links of that kind there
// are: relative, and
// ".." only at its beginning. Behind another part ".." could start from wherever a second link leads.
[[nodiscard]] bool staysInside(const QString &path, const QString &linkTarget, const QString &topFolder);

// A name for a sentence: hostile ones are shortened and escaped.
[[nodiscard]] QString forDisplay(QByteArrayView name);

} // namespace sgn
