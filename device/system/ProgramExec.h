// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"

#include <QString>
#include <QStringList>

namespace sgn::system {

// Becomes another program, with our pid, our children and our environment; returns only when that fails. Every
// descriptor of ours is closed on the way. Not within a FileRights scope, whose groups the program would inherit.
[[nodiscard]] Error executeProgram(const QString &program, const QStringList &arguments);

} // namespace sgn::system
