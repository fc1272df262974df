// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/InstallerSettings.h"
#include "update/UpdateOutcome.h"
#include "update/UpdateWork.h"

#include <memory>
#include <optional>
#include <QObject>

namespace sgn::update {

// Installs releases, one at a time: the state machine of UpdateState.h, whose state is saved in a journal before its
// work begins (UpdateWork). Whatever happens to this program or the machine, the next resume() continues, the device
// runs one whole release, and finished() reports once what happened; it is emitted again after a restart until close()
// confirms that the result is durable elsewhere.
class Installer : public QObject
{
    Q_OBJECT

public:
    // All references outlive the object.
    Installer(InstallerSettings settings, control::WatchdogPort &watchdog, download::DownloadFactory downloads,
              const Clock &clock, QObject *parent = nullptr);
    ~Installer() override;

    // At start-up: continues the update that the journal holds.
    void resume();
    // Accepts the order; it is durable when this returns. Busy, UnknownCommand, InstallFailed, NoSpace, Io, or an error
    // of trustRelease().
    [[nodiscard]] Outcome begin(const Order &order);
    // Busy when its swap has begun, NotFound when this update isn't running. finished() follows with Cancelled.
    [[nodiscard]] Outcome cancel(CommandNo number);
    // The result that finished() reported is durable elsewhere: removes the journal and what the update left on disk.
    void close();

    // The update that runs or waits for close().
    [[nodiscard]] const Order *current() const;
    [[nodiscard]] std::optional<State> state() const;
    // The exchange has begun and isn't over: a bad moment for a restart of the machine.
    [[nodiscard]] bool isSwapping() const;
    // Emits progress() once more, for a panel that has just connected.
    void repeatProgress();

Q_SIGNALS:
    // The state is saved and its work about to begin.
    void stateEntered(sgn::update::State state);
    // Only for orders that requested it; at most once per second and 5 %.
    void progress(const sgn::update::Order &order, sgn::update::State state, int percent,
                  const sgn::update::Wait &wait);
    void finished(const sgn::update::UpdateOutcome &outcome);

private:
    void startWork(Record record);
    void pickUpAgain();
    void beginState();
    void enter(State state);
    void handle(Event event, const std::optional<Error> &reason = {});
    void noteWhetherSwapped();
    [[nodiscard]] bool save();
    void failUnsaved(const Error &reason);
    void reportOutcome();
    [[nodiscard]] qint64 elapsedMs() const;

    InstallerSettings m_settings;
    control::WatchdogPort &m_watchdog;
    download::DownloadFactory m_downloadFactory;
    const Clock &m_clock;
    Journal m_journal;
    ProgressReporter m_progress;
    std::optional<Record> m_record;
    std::unique_ptr<UpdateWork> m_work; // for m_record
    MonotonicTime m_startedAt{};
    qint64 m_elapsedBefore = 0;
};

} // namespace sgn::update
