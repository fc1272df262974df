// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/WatchdogPort.h"
#include "download/Download.h"
#include "update/Admission.h"
#include "update/InstallerSettings.h"
#include "update/LocalHold.h"
#include "update/ProgressReporter.h"
#include "update/Stager.h"

#include <memory>
#include <optional>
#include <QObject>

namespace sgn::update {

// Does the work of one update's states, one state at a time, and reports how it ended; which state follows, and that it
// is saved first, is the Installer's. Fills in what the work finds out: the record's fields and its log lines.
class UpdateWork : public QObject
{
    Q_OBJECT

public:
    struct Ports
    {
        control::WatchdogPort &watchdog;
        download::DownloadFactory downloads;
        const Clock &clock;
        ProgressReporter &progress;
    };

    // `settings`, `record` and the ports outlive the object.
    UpdateWork(const InstallerSettings &settings, Ports ports, Record &record, QObject *parent = nullptr);

    // Begins the work of the record's state.
    void begin();
    // Ends the work of whatever state; no ended() follows.
    void stop();

    // Whether users at the device or the order's window postpone the swap.
    [[nodiscard]] bool isHeldLocally() const { return m_hold.isSet(); }
    // Adds a line to the log and to the record's log lines.
    void note(const QString &what);

Q_SIGNALS:
    // How the work of the state ended. With the reason where it is Failed, Reverted or Untouched, as far as there is
    // one.
    void ended(sgn::update::Event event, const std::optional<sgn::Error> &reason);

private:
    void end(Event event) { Q_EMIT ended(event, std::nullopt); }
    void failWith(const Error &reason) { Q_EMIT ended(Event::Failed, reason); }

    [[nodiscard]] Policy policy() const;
    void checkInstalled();
    void judgeInstalled(const Installed &installed);
    void download();
    void verify();
    void stage();
    void staged(const Result<Staged> &staged);
    void waitForHold(bool isHeld);
    void startSwap(void (ComponentSwap::*work)());

    const InstallerSettings &m_settings;
    Ports m_ports;
    Record &m_record;
    std::unique_ptr<download::Download> m_download;
    std::unique_ptr<Stager> m_stager;
    std::unique_ptr<ComponentSwap> m_swap;
    LocalHold m_hold;
    int m_run = 0; // replies to work that was stopped are ignored
};

} // namespace sgn::update
