// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/ReleasePaths.h"
#include "update/UpdateJournal.h"

#include <optional>
#include <QString>

namespace sgn::update {

// What became of an update.
struct Ending
{
    Order order;
    bool success = false;
    QString remarks; // why it failed, or a note on success
    std::optional<ErrorCode> error;
    double durationS = 0;
    std::optional<qint64> bytes; // downloaded
    bool rolledBack = false;

    friend bool operator==(const Ending &, const Ending &) = default;
};

// Of a record in a final state.
[[nodiscard]] Ending endingOf(const Record &record);

// Removes what an update in this final state has left in the downloads. The release that a successful one replaced
// stays, for going back to it one day. What can't be removed is a log line; the next update tries again.
void tidyUp(const ReleasePaths &paths, State state);

// The same for updates that nobody remembers: everything half downloaded or unpacked goes.
void tidyUpForgotten(const QString &downloads);

} // namespace sgn::update
