// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "selfupdate/OwnRelease.h"
#include "selfupdate/WatchdogSwapJournal.h"
#include "system/Account.h"
#include "system/ProcessHandle.h"

#include <functional>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

namespace sgn::selfupdate {

// The exchange of the watchdog's own release, as the running watchdog sees it: has the release prepared (by a process
// of its own), exchanges the folders, sets the guardian to watch and hands over. After that, or after a power cut, the
// watchdog that comes up finds the journal and goes on; what it can't decide itself, whether it is any good, the
// guardian decides.
class WatchdogExchange : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        OwnRelease release;
        system::Account owner; // of the device's folder
        int version = 0;
        QStringList arguments; // this program's
        bool hasInit = false;  // systemd looks after us
        std::chrono::milliseconds preparationLimit = std::chrono::minutes(3);
        std::chrono::milliseconds guardianStart = std::chrono::seconds(5); // how long its start may hold us up
        std::chrono::milliseconds guardianPause = std::chrono::seconds(2); // between two looks after the guardian
    };
    using WatchedProcesses = std::function<QList<WatchedProcess>()>;

    // `processes` tells what runs at the moment of the exchange.
    WatchdogExchange(Settings settings, WatchedProcesses processes, QObject *parent = nullptr);
    ~WatchdogExchange() override;

    // Goes on with a swap that an earlier watchdog began.
    void resume();
    // Saves the journal: from then on it happens. Busy, Refused (also: there is no release before this one), NoSpace,
    // Io: nothing has changed.
    [[nodiscard]] Outcome request(const control::SwapWatchdog &request);

    [[nodiscard]] control::WatchdogSwapReply status() const;
    [[nodiscard]] bool isUnderWay() const;
    // Our children: the process that prepares the release. 0: none.
    [[nodiscard]] pid_t child() const { return m_preparer ? m_preparer->pid() : 0; }

Q_SIGNALS:
    // The folders are exchanged and the guardian watches: save everything and become OwnRelease::installedProgram().
    void handOver();

private:
    [[nodiscard]] std::optional<WatchdogSwapJournal> load() const;
    [[nodiscard]] Outcome save(const WatchdogSwapJournal &journal) const;
    [[nodiscard]] Outcome aimAtPrevious(WatchdogSwapJournal &journal) const;
    void prepare();
    [[nodiscard]] Outcome startPreparation();
    void preparationEnded();
    void failed(const Error &error);
    void exchange();
    [[nodiscard]] Outcome exchangeNow(WatchdogSwapJournal &journal);
    void takeBack(const WatchdogSwapJournal &journal, const Error &error);
    [[nodiscard]] Outcome startGuardian(const WatchdogSwapJournal &journal) const;
    [[nodiscard]] bool isSettled(const WatchdogSwapJournal &journal) const;
    [[nodiscard]] bool hasGuardian() const;
    void awaitGuardian() const;
    void lookAfterGuardian();
    void over(const WatchdogSwapJournal &journal);
    void tidy(const WatchdogSwapJournal &journal) const;

    Settings m_settings;
    WatchedProcesses m_processes;
    std::optional<system::ProcessHandle> m_preparer;
    Descriptor m_preparerOutput;
    QSocketNotifier *m_preparerEnd = nullptr;
    QTimer m_preparerLimit;
    QTimer m_guardianTimer;
};

} // namespace sgn::selfupdate
