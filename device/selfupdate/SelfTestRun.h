// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <chrono>
#include <QString>
#include <QStringList>

namespace sgn::selfupdate {

// Runs another watchdog's program with `arguments` and --self-test, as this process's user, and waits: InstallFailed
// with the end of its output unless it exits with 0 within the time. Blocks; not for the running watchdog.
[[nodiscard]] Outcome runSelfTestOf(const QString &program, const QStringList &arguments,
                                    std::chrono::milliseconds limit);

// Reads what a child has written to a pipe until its other end is closed, at most `maxSize` bytes, the last ones when
// there are more. Never blocks.
[[nodiscard]] QByteArray readPipe(int descriptor, qsizetype maxSize = 4096);

} // namespace sgn::selfupdate
