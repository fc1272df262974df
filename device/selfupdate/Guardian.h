// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "selfupdate/OwnRelease.h"
#include "selfupdate/WatchdogProbe.h"
#include "selfupdate/WatchdogSwapJournal.h"
#include "system/ProcessHandle.h"

namespace sgn::selfupdate {

// Whether the new watchdog does its work, by what it says: no sentence when it does. It must be the asked version, know
// every process of before that still lives, by its pid, and hear the heartbeats of at least one that sent some.
[[nodiscard]] QString findProblem(const WatchdogSwapJournal &journal, const ProbeAnswer &answer,
                                  const QList<WatchedProcess> &alive);

struct GuardianSettings
{
    OwnRelease release;
    QString socket;
    // So long the new watchdog has to answer without a break: one that crashes after some seconds hasn't proved itself.
    MonotonicTime settle = std::chrono::seconds(15);
    // On a busy machine an answer may be late once; that costs it this much more time, but not again and again.
    MonotonicTime hiccup = std::chrono::seconds(15);
    MonotonicTime probeLimit = std::chrono::seconds(3);
    MonotonicTime stopGrace = std::chrono::seconds(3); // between TERM and KILL of a new watchdog that failed
    // How long somebody else, systemd, has to start the old watchdog again.
    MonotonicTime initLimit = std::chrono::seconds(30);
};

// The old release's last duty: watches the new watchdog until it has proved itself, and puts the old one back when it
// ends, hangs or is another one than it should be. A process of its own that runs the old program; it depends on
// nothing of the new one. Straight-line code that blocks: it has nothing else to do.
class Guardian
{
public:
    Guardian(GuardianSettings settings, const Clock &clock);

    // Does all of it, from whatever phase the journal is in. Returns when the last word is in the journal, or when
    // there is nothing to guard or another guardian does it. Becomes the old watchdog (execve) when nobody else starts
    // it.
    void run();

private:
    [[nodiscard]] bool load();
    [[nodiscard]] bool takeLock();
    void watch();
    void findTarget();
    [[nodiscard]] QString look();
    [[nodiscard]] QList<WatchedProcess> alive() const;
    [[nodiscard]] bool isOldProgram() const;
    void confirm();
    void endConfirmed();
    void rollBack(ErrorCode error, const QString &why);
    void exchangeBack();
    void endNew();
    void end(const system::ProcessHandle &process) const;
    void stay();
    void makeInstalledRun();
    void wait(MonotonicTime time) const;
    bool save();

    GuardianSettings m_settings;
    const Clock &m_clock;
    Descriptor m_lock;
    WatchdogSwapJournal m_journal;
    std::optional<system::ProcessHandle> m_target; // the new watchdog
};

} // namespace sgn::selfupdate
