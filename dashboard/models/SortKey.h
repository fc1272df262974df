// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Process.h"
#include "protocol/ReportedVersion.h"

#include <QByteArray>
#include <QDateTime>
#include <QStringView>

namespace sgn::models {

// What a row is sorted by in a column: the numbers first, then the bytes of the text, of which the beginning of another
// one is lower. Made once for each row, because making it costs more than comparing it.
struct SortKey
{
    qint64 number = 0;
    qint64 second = 0;
    QByteArray text = {};
};

// In the natural order of compareVersions().
[[nodiscard]] SortKey sortKeyOf(QStringView text);
[[nodiscard]] SortKey sortKeyOf(const ReportedVersion &version);
[[nodiscard]] SortKey sortKeyOf(const ProcessReport &process);

// What is sorted as a number; an invalid time is the earliest.
[[nodiscard]] qint64 sortNumberOf(const QDateTime &time);
// The later, the lower: for ages.
[[nodiscard]] qint64 sortNumberOfAge(const QDateTime &since);

} // namespace sgn::models
