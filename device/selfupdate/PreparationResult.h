// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"

#include <QByteArray>

namespace sgn::selfupdate {

// How the process that prepares a release tells the watchdog why it failed: one line, "<error code>: <reason>".
[[nodiscard]] QByteArray preparationLine(const Error &error);
// From all that it has said, of which the last line counts.
[[nodiscard]] Error preparationError(const QByteArray &output);

} // namespace sgn::selfupdate
