// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/StoreBatch.h"

namespace sgn::store {

namespace {

// While nothing can be written, the timeline is the only thing that grows without end.
constexpr qsizetype maxActivity = 100'000;

template <typename Key, typename Value>
void addMissing(QHash<Key, Value> &to, const QHash<Key, Value> &from)
{
    for (auto it = from.cbegin(); it != from.cend(); ++it) {
        if (!to.contains(it.key())) {
            to.insert(it.key(), it.value());
        }
    }
}

} // namespace

bool StoreBatch::isEmpty() const
{
    return devices.isEmpty() && seen.isEmpty() && retired.isEmpty() && newcomers.isEmpty() && goneNewcomers.isEmpty() &&
           shared.isEmpty() && savedViews.isEmpty() && items.isEmpty() && commands.isEmpty() && targets.isEmpty() &&
           activity.isEmpty() && logs.isEmpty() && removedLogs.isEmpty() && archiveId.isEmpty();
}

void StoreBatch::addOlder(const StoreBatch &older)
{
    for (auto it = older.retired.cbegin(); it != older.retired.cend(); ++it) {
        if (!devices.contains(it.key()) && !retired.contains(it.key())) {
            retired.insert(it.key(), it.value());
        }
    }
    for (auto it = older.devices.cbegin(); it != older.devices.cend(); ++it) {
        const auto newer = devices.find(it.key());
        if (newer == devices.end()) {
            devices.insert(it.key(), it.value());
        } else {
            newer->isReportOnly = newer->isReportOnly && it->isReportOnly;
        }
    }
    for (auto it = older.seen.cbegin(); it != older.seen.cend(); ++it) {
        if (!devices.contains(it.key()) && !seen.contains(it.key())) {
            seen.insert(it.key(), it.value());
        }
    }
    for (const records::Newcomer &newcomer : older.newcomers) {
        if (!newcomers.contains(newcomer.jid) && !goneNewcomers.contains(newcomer.jid)) {
            newcomers.insert(newcomer.jid, newcomer);
        }
    }
    for (const QString &jid : older.goneNewcomers) {
        if (!newcomers.contains(jid)) {
            goneNewcomers.insert(jid);
        }
    }
    addMissing(shared, older.shared);
    if (savedViews.isEmpty()) {
        savedViews = older.savedViews;
    }
    addMissing(items, older.items);
    addMissing(commands, older.commands);
    addMissing(targets, older.targets);
    for (auto it = older.logs.cbegin(); it != older.logs.cend(); ++it) {
        if (!logs.contains(it.key()) && !removedLogs.contains(it.key())) {
            logs.insert(it.key(), it.value());
        }
    }
    activity = older.activity + activity;
    if (activity.size() > maxActivity) {
        activity.remove(0, activity.size() - maxActivity);
    }
    removedLogs = older.removedLogs + removedLogs;
    if (archiveId.isEmpty()) {
        archiveId = older.archiveId;
    }
}

} // namespace sgn::store
