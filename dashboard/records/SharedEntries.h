// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/DeviceNotes.h"
#include "records/SharedMerge.h"

#include <QByteArray>
#include <QHash>

namespace sgn::records {

// By JID.
using SharedEntries = QHash<QString, SharedEntry>;

// A server stores few items for an account, so that devices share one: each device has its place in one of these.
inline constexpr int sharedChunks = 128;
[[nodiscard]] int sharedChunkOf(const QString &jid);

// JSON, for an item on the server and for the store: {"meter-1@example.org": {"at": ms, "name": "...", "tags": [...],
// "fields": {...}, "text": "...", "retired": ms}}, of which all but "at" may be missing. Reading takes what it can:
// another desk may be a newer one.
[[nodiscard]] QByteArray toJson(const SharedEntries &entries);
[[nodiscard]] SharedEntries sharedEntriesFrom(const QByteArray &json);

// What other desks read of the entry: their limits and what JSON can't carry would make theirs differ from ours at the
// same time of change, and each desk would publish its own again without an end.
[[nodiscard]] SharedEntry asRead(const QString &jid, const SharedEntry &entry);

[[nodiscard]] bool isNewer(const SharedEntry &one, const SharedEntry &other);

} // namespace sgn::records
