// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "update/ReleasePaths.h"

#include <optional>
#include <QDateTime>

namespace sgn::update {

// Returns when the newest of the signed CA files, or of the meter's signed releases, that were installed here was
// signed, from downloads/signed-cacert.pem.json or downloads/signed-SmartMeter.json; nullopt if there was none or the
// file can't be read: then any is admitted, as on a new device.
[[nodiscard]] std::optional<QDateTime> readNewestSigned(const ReleasePaths &paths);
// Durable when it returns; an older one changes nothing. NoSpace, Io.
[[nodiscard]] Outcome noteNewestSigned(const ReleasePaths &paths, const QDateTime &created);

} // namespace sgn::update
