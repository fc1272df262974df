// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"
#include "store/Retention.h"

#include <QDateTime>
#include <QString>
#include <stop_token>

namespace sgn::store {

// What a round of it has to do beside removing what is too old.
enum class Thoroughness { Prune, PruneAndCheck };

// A round of housekeeping in the store's file, on the caller's thread with a connection of its own: removes what
// `retention` doesn't keep, and reads all tables for damage. Each at most once a day, whichever programs share the
// file. When `stop` is requested, ends after the present step: some ten milliseconds, or up to seconds where a large
// table is checked. BadFile: the store is damaged; the next opening replaces it. Other errors: Io, NoSpace.
[[nodiscard]] records::Expected<> keepHouse(const QString &file, const Retention &retention, Thoroughness thoroughness,
                                            const QDateTime &now, const std::stop_token &stop);

// That a file is damaged is kept beside it, until an opening has looked at all of it.
[[nodiscard]] bool isKnownAsDamaged(const QString &file);
void noteDamage(const QString &file);
void forgetDamage(const QString &file);

} // namespace sgn::store
