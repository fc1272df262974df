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

// Runs a program of another package to its end; blocks. It gets English and no input. NotFound: it isn't installed; the
// sentence names the Debian package. Io: it crashed.
[[nodiscard]] Result<ToolOutput> runTool(const QString &program, const QStringList &arguments, const QString &package);

// A file that only a program run next will read: not durable, mode 0600. NoSpace, Io.
[[nodiscard]] Outcome writeForTool(const QString &path, const QByteArray &content);

} // namespace sgn::card
