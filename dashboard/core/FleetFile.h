// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"

#include <QStringList>

namespace sgn::core {

// The JIDs of a birth record, or of the fleet.json with all of them that `sgn-provision batch` writes:
// {"format": 1, "devices": [{"jid": ...}, ...]}. In order of the file, each once. Errors: NotFound, Io, BadFile
// (another format; BadFleetFile), BadRequest (BadDeviceJid).
[[nodiscard]] records::Expected<QStringList> readFleetFile(const QString &path);

} // namespace sgn::core
