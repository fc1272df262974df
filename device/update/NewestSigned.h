// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "update/ReleasePaths.h"

#include <optional>
#include <QDateTime>

namespace sgn::update {

// When the newest signed CA file was signed that has been installed here, as downloads/signed-cacert.pem.json has it.
// Nothing where there was none, or where the file can't be read: then any is admitted, as on a new device.
[[nodiscard]] std::optional<QDateTime> readNewestSigned(const ReleasePaths &paths);
// Durable when it returns; an older one changes nothing. NoSpace, Io.
[[nodiscard]] Outcome noteNewestSigned(const ReleasePaths &paths, const QDateTime &created);

} // namespace sgn::update
