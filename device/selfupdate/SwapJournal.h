// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QJsonObject>
#include <QString>

namespace sgn::selfupdate {

enum class SwapPhase {
    Swapping,    // stop the agent, exchange the folders
    Confirming,  // the new one has to prove itself
    RollingBack, // stop it, exchange the folders back
    Confirmed,
    RolledBack,
};

// The swap of the agent as `wdog/agent-swap.json` keeps it: enough to go on from any point. Whether the folders have
// been exchanged is not in it; their ids tell.
struct SwapJournal
{
    SwapPhase phase = SwapPhase::Swapping;
    QString stagedFolder;
    int version = 0;
    int timeoutS = 0;
    bool needsOnline = true;
    quint64 oldFolder = 0; // ids, see folderId()
    quint64 newFolder = 0;
    int resumed = 0;     // how often a watchdog went on with confirming
    bool tidied = false; // the old release has been put away
    QString remarks;     // why it was rolled back

    [[nodiscard]] bool isOver() const { return phase == SwapPhase::Confirmed || phase == SwapPhase::RolledBack; }

    friend bool operator==(const SwapJournal &, const SwapJournal &) = default;
};

[[nodiscard]] QJsonObject toJson(const SwapJournal &journal);
// BadFile with the reason.
[[nodiscard]] Result<SwapJournal> swapJournalFromJson(const QJsonObject &object);

} // namespace sgn::selfupdate
