// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/ReleasePaths.h"
#include "update/UpdateJournal.h"

#include <optional>
#include <QString>
#include <QStringList>

namespace sgn::update {

// What became of an update.
struct UpdateOutcome
{
    Order order;
    bool success = false;
    QString remarks; // why it failed, or a note on success
    std::optional<ErrorCode> error;
    double durationS = 0;
    std::optional<qint64> bytes; // downloaded
    bool rolledBack = false;
    QStringList log; // of a failure: what led to it, oldest first

    friend bool operator==(const UpdateOutcome &, const UpdateOutcome &) = default;
};

// Of a record in a final state.
[[nodiscard]] UpdateOutcome outcomeOf(const Record &record);

// Removes what an update that ended in `record.state` has left in the downloads. The release that was replaced stays,
// for going back to it one day, also where that has just failed. What can't be removed is a log line; the next update
// tries again. Io, NoSpace: the old release couldn't be put where it is kept and is still where it was staged; keep the
// record and try again.
[[nodiscard]] Outcome tidyUp(const ReleasePaths &paths, const Record &record);

// The same for updates that nobody remembers: everything half downloaded or unpacked goes.
void tidyUpForgotten(const QString &downloads);

} // namespace sgn::update
