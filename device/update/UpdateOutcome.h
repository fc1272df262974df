// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/ReleasePaths.h"
#include "update/UpdateJournal.h"

#include <optional>
#include <QString>
#include <QStringList>

namespace sgn::update {

// How an update ended.
struct UpdateOutcome
{
    Order order;
    bool success = false;
    QString remarks; // why it failed, or a note on success
    std::optional<ErrorCode> error;
    double durationS = 0;
    std::optional<qint64> bytes; // downloaded
    bool rolledBack = false;
    QStringList log; // what led to a failure, oldest first; empty on success
    // What was installed before, as far as it was found out.
    QList<ProcessVersion> before = {};
    std::optional<int> versionBefore = {};

    friend bool operator==(const UpdateOutcome &, const UpdateOutcome &) = default;
};

// Returns the outcome that a record in a final state stands for.
[[nodiscard]] UpdateOutcome outcomeOf(const Record &record);

// Removes what an update that ended in `record.state` has left in the downloads. The replaced release stays for a later
// rollback, also where a roll-back has just failed. What can't be removed is logged, and the next update tries again.
// Io, NoSpace: the old release couldn't be moved to where it is kept and is still where it was staged; keep the record
// and try again.
[[nodiscard]] Outcome tidyUp(const ReleasePaths &paths, const Record &record);

// The same for updates without a journal: removes everything that is partly downloaded or unpacked.
void tidyUpForgotten(const QString &downloads);

} // namespace sgn::update
