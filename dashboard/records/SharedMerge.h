// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <QDateTime>
#include <QHash>
#include <QString>
#include <QStringList>

namespace sgn::records {

// What has changed when entries of another desk were taken in.
struct SharedMerge
{
    QStringList changed;       // of ours, by theirs
    bool areOursNewer = false; // the others lack something
};

// When a change made now counts as made: after what it replaces, also where that was written by a desk with another
// idea of the time.
[[nodiscard]] inline QDateTime timeOfChange(const QDateTime &now, const QDateTime &replaced)
{
    return std::max(now, replaced.isValid() ? replaced.addMSecs(1) : QDateTime());
}

// Keeps of each entry the newer one by isNewer(): the same on every desk in whatever order changes arrive.
template <typename Entry>
SharedMerge mergeNewer(QHash<QString, Entry> &ours, const QHash<QString, Entry> &theirs)
{
    SharedMerge result;
    for (auto it = ours.cbegin(); it != ours.cend(); ++it) {
        const auto other = theirs.constFind(it.key());
        result.areOursNewer = result.areOursNewer || other == theirs.cend() || isNewer(it.value(), other.value());
    }
    for (auto it = theirs.cbegin(); it != theirs.cend(); ++it) {
        const auto own = ours.constFind(it.key());
        if (own == ours.cend() || isNewer(it.value(), own.value())) {
            ours.insert(it.key(), it.value());
            result.changed += it.key();
        }
    }
    std::ranges::sort(result.changed);
    return result;
}

} // namespace sgn::records
