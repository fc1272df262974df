// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SortKey.h"

#include "protocol/Version.h"

#include <algorithm>
#include <limits>

namespace sgn::models {

namespace {

constexpr qint64 lowest = std::numeric_limits<qint64>::min();
constexpr qint64 highest = std::numeric_limits<qint64>::max();

// So that most versions, which are whole numbers, are compared as such: the number at the beginning of a text. Without
// one the text is below all numbers or above them, as its first character is.
qint64 leadingNumber(QStringView text)
{
    const auto isDigit = [](QChar c) {
        return c >= u'0' && c <= u'9';
    };
    const qsizetype digits = std::ranges::find_if_not(text, isDigit) - text.begin();
    if (digits == 0) {
        return text.isEmpty() || text.front() < u'0' ? -1 : highest;
    }
    bool isNumber = false;
    const qint64 number = text.first(digits).toLongLong(&isNumber);
    return isNumber ? number : highest - 1; // more digits than that: the text decides
}

SortKey keyOfVersion(QStringView text)
{
    return {.number = leadingNumber(text), .text = naturalKey(text)};
}

} // namespace

SortKey sortKeyOf(QStringView text)
{
    return {.text = naturalKey(text)};
}

SortKey sortKeyOf(const ReportedVersion &version)
{
    if (const std::optional<int> number = version.number()) {
        return {.number = *number};
    }
    return version.isKnown() ? keyOfVersion(version.text()) : SortKey{.number = lowest};
}

SortKey sortKeyOf(const ProcessReport &process)
{
    return process.versionText.isEmpty() ? SortKey{.number = process.version} : keyOfVersion(process.versionText);
}

qint64 sortNumberOf(const QDateTime &time)
{
    return time.isValid() ? time.toMSecsSinceEpoch() : lowest;
}

qint64 sortNumberOfAge(const QDateTime &since)
{
    return since.isValid() ? -since.toMSecsSinceEpoch() : highest;
}

} // namespace sgn::models
