// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/Control.h"
#include "selfupdate/SwapState.h"
#include "supervision/Registry.h"

#include <optional>
#include <QJsonObject>
#include <QStringList>

namespace sgn::selfupdate {

// A meter process or the agent as it ran before the exchange of the watchdog: the new watchdog has to know it.
struct WatchedProcess
{
    QString name; // empty: the agent
    std::optional<supervision::ProcessIdentity> identity;
    bool wasRunning = false; // and sent heartbeats

    friend bool operator==(const WatchedProcess &, const WatchedProcess &) = default;
};

// What the old watchdog leaves to the new one and to the guardian.
struct HandOver
{
    QStringList arguments;                // of the watchdog, for whatever starts it
    bool hasInit = false;                 // systemd restarts the watchdog when it ends
    supervision::ProcessIdentity process; // becomes the new watchdog
    QList<WatchedProcess> processes;

    friend bool operator==(const HandOver &, const HandOver &) = default;
};

// The swap of the agent (wdog/agent-swap.json) or of the watchdog (WatchDog.update/swap.json): enough to go on from any
// point. Whether the folders have been exchanged is not in it; their inodes show that (phaseAfterCut()).
//
// The old and the new release's programs both read and write it, so it keeps the format in which it was begun: fields
// that a reader doesn't know are ignored, and the number rises only when an older reader must not go on.
struct SwapJournal
{
    static constexpr int currentFormat = 1;

    int format = currentFormat;
    SwapPhase phase = SwapPhase::Preparing;
    control::Swap request;
    // Inodes of the releases' folders. 0 before Exchanging, but for a previous release, which is there from the start.
    quint64 newFolder = 0;
    quint64 oldFolder = 0;
    int attempts = 0;                      // how often the work of this phase was begun, over all restarts
    bool tidied = false;                   // agent only: the old release is where the next rollback looks for it
    HandOver handOver;                     // watchdog only
    ErrorCode error = ErrorCode::Internal; // of RolledBack and Failed, with the reason
    QString remarks;

    [[nodiscard]] bool isOver() const { return isFinal(phase); }
    // To the next phase of the table.
    void advance(SwapEvent event);

    friend bool operator==(const SwapJournal &, const SwapJournal &) = default;
};

[[nodiscard]] QJsonObject toJson(const SwapJournal &journal);
// BadFile with the reason; Refused for a format that is newer than this program.
[[nodiscard]] Result<SwapJournal> swapJournalFromJson(const QJsonObject &object);

// What the agent gets. `running` is the version of the watchdog that replies.
[[nodiscard]] control::SwapStatusReply statusOf(const std::optional<SwapJournal> &journal, Component component,
                                                int running);

// One journal on the disk.
class SwapJournalFile
{
public:
    SwapJournalFile(QString path, mode_t mode)
        : m_path(std::move(path))
        , m_mode(mode)
    {}

    // nullopt if there is none, if it can't be read, or if a newer program wrote it; a damaged one is quarantined. All
    // but the first are logged.
    [[nodiscard]] std::optional<SwapJournal> load() const;
    // Durable when it returns. NoSpace, Io; logged.
    [[nodiscard]] Outcome save(const SwapJournal &journal) const;

private:
    QString m_path;
    mode_t m_mode;
};

} // namespace sgn::selfupdate
