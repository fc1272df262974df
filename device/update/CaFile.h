// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "update/ReleasePaths.h"
#include "update/Stage.h"

#include <QDateTime>

namespace sgn::update {

// Puts the downloaded CA file where it waits for the exchange, if it can serve as one at `now`. Durable when it
// returns. BadArchive with the reason, NoSpace, Io.
[[nodiscard]] Result<Staged> stageCaFile(const ReleasePaths &paths, const QDateTime &now);

} // namespace sgn::update
