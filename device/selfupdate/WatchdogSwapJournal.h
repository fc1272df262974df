// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/Control.h"
#include "supervision/Registry.h"

#include <QJsonObject>
#include <QStringList>

namespace sgn::selfupdate {

// Where the exchange of the watchdog's own release stands; saved before the work of a phase starts.
enum class WatchdogPhase {
    Preparing,   // copying, checking, unpacking and trying the release
    Swapping,    // exchanging the folders, then handing over
    Confirming,  // the new watchdog runs and has to prove itself to the guardian
    RollingBack, // putting the old folder back
    Confirmed,
    RolledBack,
    Failed, // before the exchange
};

// A meter process or the agent as it ran before the exchange: the new watchdog has to know it.
struct WatchedProcess
{
    QString name; // empty: the agent
    std::optional<supervision::ProcessIdentity> identity;
    bool wasRunning = false; // and sent heartbeats

    friend bool operator==(const WatchedProcess &, const WatchedProcess &) = default;
};

// All that the old watchdog, the new one, the guardian and whatever comes up after a power cut have to know.
struct WatchdogSwapJournal
{
    WatchdogPhase phase = WatchdogPhase::Preparing;
    control::SwapWatchdog request;
    int oldVersion = 0;
    // Inode of the new release's folder: tells which release is in place. 0 before Swapping, but for the way back,
    // whose release is there from the start.
    quint64 newFolder = 0;
    quint64 oldFolder = 0;
    int prepared = 0;                        // how often the preparation was begun
    QStringList arguments;                   // of the watchdog, for whoever starts it
    bool hasInit = false;                    // systemd restarts the watchdog when it ends
    supervision::ProcessIdentity handedOver; // the process that becomes the new watchdog
    QList<WatchedProcess> processes;
    ErrorCode error = ErrorCode::Internal; // of RolledBack and Failed
    QString remarks;

    [[nodiscard]] bool isOver() const
    {
        return phase == WatchdogPhase::Confirmed || phase == WatchdogPhase::RolledBack ||
               phase == WatchdogPhase::Failed;
    }

    friend bool operator==(const WatchdogSwapJournal &, const WatchdogSwapJournal &) = default;
};

[[nodiscard]] QJsonObject toJson(const WatchdogSwapJournal &journal);
// BadFile with the reason.
[[nodiscard]] Result<WatchdogSwapJournal> watchdogSwapJournalFromJson(const QJsonObject &object);

// NotFound, BadFile, Io.
[[nodiscard]] Result<WatchdogSwapJournal> loadWatchdogSwap(const QString &path);
// Durable when it returns. NoSpace, Io.
[[nodiscard]] Outcome saveWatchdogSwap(const WatchdogSwapJournal &journal, const QString &path);

// What the agent is told. `running` is the version of the watchdog that answers.
[[nodiscard]] control::WatchdogSwapReply statusOf(const std::optional<WatchdogSwapJournal> &journal, int running);

} // namespace sgn::selfupdate
