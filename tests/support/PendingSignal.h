// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace sgn::test {

// Whether a signal waits for a process to go on. `status`: /proc/PID/status.
inline bool isPending(int signal, const QByteArray &status)
{
    const QByteArray field("ShdPnd:\t");
    const qsizetype at = status.indexOf(field);
    const auto pending = at < 0 ? 0 : status.sliced(at + field.size()).left(16).toULongLong(nullptr, 16);
    return ((pending >> (signal - 1)) & 1U) != 0;
}

} // namespace sgn::test
