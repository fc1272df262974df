// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QDateTime>
#include <QString>

namespace sgn::rollouts {

// When something ends, as people write it, in local time: "2026-12-24", "24.12.2026 18:00". A day without a time ends
// at midnight. UTC; nullopt for all else.
[[nodiscard]] std::optional<QDateTime> localEndFrom(const QString &text);

} // namespace sgn::rollouts
