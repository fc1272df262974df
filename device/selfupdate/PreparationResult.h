// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"

#include <QByteArray>

namespace sgn::selfupdate {

// What the process that prepares a release writes for the watchdog when it fails: one line, "<error code>: <reason>".
[[nodiscard]] QByteArray preparationLine(const Error &error);
// The error in the last line of its output; Internal if there is none.
[[nodiscard]] Error preparationError(const QByteArray &output);

} // namespace sgn::selfupdate
