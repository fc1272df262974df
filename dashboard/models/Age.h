// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QString>

namespace sgn::models {

// Long enough ago to show how long; what isn't is "now". Both UTC.
[[nodiscard]] bool isLongAgo(const QDateTime &at, const QDateTime &now);
// "now", "8 s", "3 min", "2 h", "3 d"; a dash for an invalid time. Both UTC.
[[nodiscard]] QString ageText(const QDateTime &at, const QDateTime &now);
// Time of day for today, else the date too, by the locale; local time.
[[nodiscard]] QString momentText(const QDateTime &at, const QDateTime &now);
[[nodiscard]] QString fullMomentText(const QDateTime &at);

} // namespace sgn::models
