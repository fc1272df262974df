// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/CommandJournal.h"
#include "base/Clock.h"
#include "base/Result.h"
#include "control/WatchdogPort.h"

#include <chrono>
#include <optional>
#include <QObject>
#include <QTimer>

namespace sgn::agent {

// reboot_system: has the machine restarted by the watchdog, which may do that, and knows afterwards whether it
// happened, because every start of a machine has an id of its own. What was asked for is on disk first, so that the
// agent that runs after the restart tells it; finished() is told again after each start until close() says that the
// result is safe elsewhere.
class MachineRestart : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        QString journal;    // downloads/reboot.json
        QString bootIdFile; // holds the id of this start of the machine
        // The machine has to be down within this time.
        std::chrono::milliseconds limit{300'000};
        // How long a watchdog that is away is waited for.
        std::chrono::milliseconds watchdogAway{60'000};
    };

    // All references outlive the object.
    MachineRestart(Settings settings, control::WatchdogPort &watchdog, const Clock &clock, QObject *parent = nullptr);

    // At start-up: finds out what became of what was asked for.
    void resume();
    // On disk when it returns. Busy, NoSpace, Io, Internal.
    [[nodiscard]] Outcome begin(const CommandKey &key);
    // Done with; the result that finished() told is on disk elsewhere.
    void close();

    // What was asked for and isn't closed.
    [[nodiscard]] const std::optional<CommandKey> &current() const { return m_key; }

Q_SIGNALS:
    // Never from within a call. Without a failure only after a restart.
    void finished(const sgn::agent::CommandKey &key, const std::optional<sgn::Error> &failure);

private:
    [[nodiscard]] Outcome save() const;
    [[nodiscard]] Outcome load();
    void askWatchdog();
    void end(const std::optional<Error> &failure);

    Settings m_settings;
    control::WatchdogPort &m_watchdog;
    const Clock &m_clock;
    std::optional<CommandKey> m_key;
    QString m_bootId;          // when it was asked for
    MonotonicTime m_askedAt{}; // counted since the start of the machine
    QTimer m_limit;
    bool m_ended = false;
};

} // namespace sgn::agent
