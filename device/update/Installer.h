// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "control/WatchdogPort.h"
#include "download/Download.h"
#include "update/Admission.h"
#include "update/ComponentSwap.h"
#include "update/InstallLocations.h"
#include "update/LocalHold.h"
#include "update/ProgressReporter.h"
#include "update/Stager.h"
#include "update/Swaps.h"
#include "update/UpdateJournal.h"
#include "update/UpdateOutcome.h"

#include <functional>
#include <memory>
#include <optional>
#include <QObject>

namespace sgn::update {

struct InstallerSettings
{
    QString root;
    QString downloads;
    QString journal;
    QString caFile;
    QString sitePackages; // as configured; empty: looked for
    QString hold;         // the file by which people at the device put the swap off; may be empty
    Policy policy;
    int agentVersion = 0; // of the release this agent runs from
    ServerTrial trial;    // for the CA file
    // By the server's clock where that is known. Without them the machine's own is believed, and nothing expires.
    std::function<QDateTime()> now;
    std::function<bool(const QDateTime &)> isPast;
    SwapTimes times;
    std::chrono::milliseconds holdPoll{2'000};
    // How long the staged agent's self-test may take.
    std::chrono::milliseconds selfTestLimit{30'000};
    // How long the watchdog is asked what is installed, before an update is tried without knowing.
    std::chrono::milliseconds statusLimit{5'000};
};

// Installs releases, one at a time, as the state machine of UpdateState.h with its journal on disk. Whatever happens to
// this program or the machine, the next resume() continues, the device runs one whole release, and finished() tells
// once what happened; it is told again after a restart until close() says that the result is safe elsewhere.
class Installer : public QObject
{
    Q_OBJECT

public:
    // All references outlive the object.
    Installer(InstallerSettings settings, control::WatchdogPort &watchdog, download::DownloadFactory downloads,
              const Clock &clock, QObject *parent = nullptr);
    ~Installer() override;

    // At start-up: goes on with what the journal holds.
    void resume();
    // Takes the order on; it is on disk when this returns. Busy, UnknownCommand, InstallFailed, NoSpace, Io, or as
    // trustRelease() says.
    [[nodiscard]] Outcome begin(const Order &order);
    // Busy when its swap has begun, NotFound when it isn't this update that runs. finished() follows with Cancelled.
    [[nodiscard]] Outcome cancel(CommandNo number);
    // The result that finished() told is on disk elsewhere: forgets the update and tidies up behind it.
    void close();

    // The update that runs or waits for close().
    [[nodiscard]] const Order *current() const;
    [[nodiscard]] std::optional<State> state() const;
    // The exchange has begun and isn't over: a bad moment for a restart of the machine.
    [[nodiscard]] bool isSwapping() const;
    // How far it is, once more, for a panel that has just come; see progress().
    void repeatProgress();

Q_SIGNALS:
    // Saved and about to begin its work.
    void stateEntered(sgn::update::State state);
    // Only for orders that asked for it; at most once per second and 5 %. `remarks`: what is waited for, or empty.
    void progress(sgn::CommandNo number, sgn::update::State state, int percent, const QString &remarks);
    void finished(const sgn::update::UpdateOutcome &ending);

private:
    void enter(State state);
    [[nodiscard]] bool save();
    void note(const QString &what);
    [[nodiscard]] QDateTime now() const;
    void beginWork();
    void work();
    void happened(Event event, const std::optional<Error> &reason = {});
    void failed(const Error &reason) { happened(Event::Failed, reason); }
    void pickUpAgain();

    void checkInstalled();
    void judgeInstalled(const Installed &installed);
    void download();
    void verify();
    void stage();
    void staged(const Result<Staged> &staged);
    void waitForPeople(bool isHeld);
    void startSwap(void (ComponentSwap::*work)());
    void tellEnding();
    void stopWork();
    [[nodiscard]] ReleasePaths paths() const;
    [[nodiscard]] qint64 elapsedMs() const;

    InstallerSettings m_settings;
    control::WatchdogPort &m_watchdog;
    download::DownloadFactory m_downloadFactory;
    const Clock &m_clock;
    Journal m_journal;
    std::optional<Record> m_record;
    MonotonicTime m_startedAt{};
    qint64 m_elapsedBefore = 0;
    std::unique_ptr<download::Download> m_download;
    std::unique_ptr<Stager> m_stager;
    std::unique_ptr<ComponentSwap> m_swap;
    LocalHold m_hold;
    ProgressReporter m_progress;
    int m_run = 0; // answers to work that was stopped are not listened to
};

} // namespace sgn::update
