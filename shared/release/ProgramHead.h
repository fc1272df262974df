// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <QByteArray>
#include <QString>

namespace sgn {

// As much of a first line as the kernel reads (BINPRM_BUF_SIZE).
inline constexpr qint64 maxProgramHead = 256;

// Why a file that begins like this can't be run as a program, as one half of a sentence; empty if nothing speaks
// against it. `exists` returns whether an interpreter is on this device. Pure.
[[nodiscard]] QString headProblem(const QByteArray &head, const std::function<bool(const QByteArray &path)> &exists);

} // namespace sgn
