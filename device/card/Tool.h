// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QStringList>

namespace sgn::card {

struct ToolOutput
{
    int exitCode = 0;
    QByteArray output;
    QByteArray errors;
};

// Runs a program of another package to its end, in `folder` if one is named; blocks. It gets English and no input, and
// is killed when this program is. NotFound: it isn't installed; the sentence names the Debian package. Io: it crashed.
[[nodiscard]] Result<ToolOutput> runTool(const QString &program, const QStringList &arguments, const QString &package,
                                         const QString &folder = {});

// A file that only a program run next will read: not durable, mode 0600. NoSpace, Io.
[[nodiscard]] Outcome writeForTool(const QString &path, const QByteArray &content);

// A link in the folder where a program will run, by which it gets a file whose own path it may take for something else:
// mtools give one with "(1)" or "$" to a shell, debugfs ends one at a quotation mark. Replaces a link of before. Io.
[[nodiscard]] Outcome linkForTool(const QString &file, const QString &link);

} // namespace sgn::card
