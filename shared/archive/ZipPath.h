// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArrayView>
#include <QString>

namespace sgn {

// The name of an entry as a path that can be used below a folder: relative, no empty, "." or ".." part, no backslash,
// no control character, valid UTF-8, at most 1024 bytes and 255 a part. One '/' at the end, which marks folders, is
// taken off. Else BadArchive.
[[nodiscard]] Result<QString> zipPath(QByteArrayView name);

// Whether a symlink at `path` with this target stays at or below `topFolder`, whatever other links of that kind there
// are: relative, and
// ".." only at its beginning. Behind another part ".." could start from wherever a second link leads.
[[nodiscard]] bool staysInside(const QString &path, const QString &linkTarget, const QString &topFolder);

// A name for a sentence: hostile ones are shortened and escaped.
[[nodiscard]] QString forDisplay(QByteArrayView name);

} // namespace sgn
