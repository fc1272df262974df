// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sgn {

// Sends every Qt log line to stderr as "2026-01-31T12:00:00.000Z info sgn.agent: text", and, when `file` is given, also
// there. The file is rotated at 1 MiB with three older ones kept (agent.log.1 …), so logs never fill the card. Line
// breaks and control characters in the text are escaped and texts over 16 Ki characters cut: one event is one line,
// whoever wrote its words. Call once, first thing in main().
void installLog(const QString &file = {});

} // namespace sgn
