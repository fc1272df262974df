// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QDateTime>

namespace sgn {

// The largest file of certification authorities that is read, in bytes.
inline constexpr qint64 maxCaBundleSize = 1024 * 1024;

// Whether `pem` can serve as a file of certification authorities (certs/cacert.pem): it holds certificates only, all of
// them readable, and at least one that may sign others and is valid at `now`. BadFile with one plain sentence.
[[nodiscard]] Outcome checkCaBundle(const QByteArray &pem, const QDateTime &now);

} // namespace sgn
