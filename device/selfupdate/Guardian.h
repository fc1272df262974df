// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "selfupdate/OwnRelease.h"
#include "selfupdate/SwapJournal.h"
#include "selfupdate/WatchdogProbe.h"
#include "system/FileIdentity.h"
#include "system/FileLock.h"
#include "system/ProcessHandle.h"

namespace sgn::selfupdate {

// Why the new watchdog isn't healthy by its own reply; empty if it is: it has the requested version, knows every
// process of before that still lives, by its pid, and receives the heartbeats of at least one that sent some.
[[nodiscard]] QString findProblem(const SwapJournal &journal, const ProbeAnswer &answer,
                                  const QList<WatchedProcess> &alive);

struct GuardianSettings
{
    OwnRelease release;
    QString socket;
    QString ownProgram; // the guardian's, which isn't /proc/self/exe where a loader has started it
    MonotonicTime settle = std::chrono::seconds(15); // see ProbationWatch
    MonotonicTime hiccup = std::chrono::seconds(15);
    MonotonicTime probeLimit = std::chrono::seconds(3);
    MonotonicTime stopGrace = std::chrono::seconds(3); // between TERM and KILL of a new watchdog that failed
    // How long systemd has to start the old watchdog again.
    MonotonicTime initLimit = std::chrono::seconds(30);
};

// Watches the new watchdog until it is confirmed, and rolls back when it ends, hangs or is another one than it should
// be. A process of its own that runs the old release's program and depends on nothing of the new one. Straight-line
// code that blocks: it has nothing else to do.
class Guardian
{
public:
    Guardian(GuardianSettings settings, const Clock &clock);

    // Does all of it, from whatever phase the journal is in. Returns when the result is in the journal, or when there
    // is nothing to guard or another guardian does it. Becomes the old watchdog (execve) when no init system starts it.
    void run();

private:
    [[nodiscard]] bool load();
    [[nodiscard]] bool takeLock();
    void goOnAfterCut();
    void watch();
    void findTarget();
    [[nodiscard]] QString probe();
    [[nodiscard]] QList<WatchedProcess> alive() const;
    [[nodiscard]] bool isOldProgram() const;
    void confirm();
    void finishConfirmed();
    void rollBack(ErrorCode error, const QString &why);
    void exchangeBack();
    void terminateNew();
    void terminate(const system::ProcessHandle &process) const;
    void keepNew();
    void makeInstalledRun();
    void wait(MonotonicTime time) const;
    bool save();

    GuardianSettings m_settings;
    std::optional<system::FileIdentity> m_ownProgram;
    SwapJournalFile m_file;
    const Clock &m_clock;
    std::optional<system::FileLock> m_lock;
    SwapJournal m_journal;
    std::optional<system::ProcessHandle> m_target; // the new watchdog
};

} // namespace sgn::selfupdate
