// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "selfupdate/HelperProcess.h"
#include "selfupdate/OwnRelease.h"
#include "selfupdate/SwapJournal.h"
#include "system/UserAccount.h"

#include <functional>
#include <QObject>
#include <QTimer>

namespace sgn::selfupdate {

// The exchange of the watchdog's own release, as the running watchdog sees it: has the release prepared (by a process
// of its own), exchanges the folders, starts the guardian and hands over. The watchdog that starts after that, or after
// a power cut, finds the journal and goes on; whether the new release is confirmed is the guardian's decision.
class WatchdogExchange : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        OwnRelease release;
        system::UserAccount owner; // of the device's folder
        int version = 0;
        QStringList arguments; // this program's
        bool hasInit = false;  // systemd starts the watchdog again when it ends
        std::chrono::milliseconds preparationLimit = std::chrono::minutes(3);
        std::chrono::milliseconds guardianStart = std::chrono::seconds(5); // how long its start may block
        std::chrono::milliseconds guardianPause = std::chrono::seconds(2); // between two checks that it still runs
    };
    using WatchedProcesses = std::function<QList<WatchedProcess>()>;

    // `processes` returns what runs at the moment of the exchange.
    WatchdogExchange(Settings settings, WatchedProcesses processes, QObject *parent = nullptr);
    ~WatchdogExchange() override;

    // Goes on with a swap that an earlier watchdog began.
    void resume();
    // Saves the journal: from then on the swap happens. Busy, BadRequest, Refused (also: there is no release before
    // this one), NoSpace, Io: nothing has changed.
    [[nodiscard]] Outcome request(const control::Swap &request);

    [[nodiscard]] control::SwapStatusReply status() const;
    [[nodiscard]] bool isUnderWay() const;
    // The process that prepares the release, a child of this one. 0: none.
    [[nodiscard]] pid_t child() const { return m_preparer.pid(); }

Q_SIGNALS:
    // The folders are exchanged and the guardian watches: save everything and become OwnRelease::installedProgram().
    void handOver();

private:
    [[nodiscard]] std::optional<SwapJournal> load() const;
    [[nodiscard]] Outcome save(const SwapJournal &journal) const;
    [[nodiscard]] InPlace inPlace(const SwapJournal &journal) const;
    [[nodiscard]] Outcome aimAtPrevious(SwapJournal &journal) const;
    void prepare();
    void preparationEnded(const system::ExitStatus &status, const QByteArray &output);
    void exchange();
    [[nodiscard]] Outcome exchangeNow(SwapJournal &journal);
    void rollBackExchange(SwapJournal &journal, const Error &error);
    void endFailed(SwapJournal &journal, SwapEvent event, const Error &error);
    [[nodiscard]] Outcome startGuardian(const SwapJournal &journal) const;
    [[nodiscard]] bool isSettled(const SwapJournal &journal) const;
    [[nodiscard]] bool hasGuardian() const;
    void awaitGuardian() const;
    void checkGuardian();
    void concludeRollBack(SwapJournal &journal);
    void conclude(const SwapJournal &journal);
    void tidy(const SwapJournal &journal) const;

    Settings m_settings;
    SwapJournalFile m_file;
    WatchedProcesses m_processes;
    HelperProcess m_preparer;
    QTimer m_guardianTimer;
};

} // namespace sgn::selfupdate
