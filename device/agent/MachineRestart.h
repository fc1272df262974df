// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/CommandJournal.h"
#include "base/Clock.h"
#include "base/Result.h"
#include "control/WatchdogPort.h"

#include <chrono>
#include <functional>
#include <optional>
#include <QObject>
#include <QTimer>

namespace sgn::agent {

// reboot_system: requests a restart of the machine from the watchdog, which has the right to do it, and finds out
// afterwards whether it happened, because every start of a machine has an id of its own. The request is on disk first,
// so that the agent that runs after the restart can report it; finished() is emitted again after each start until
// close() confirms that the result is durable elsewhere.
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
        // How long the watchdog may stay disconnected.
        std::chrono::milliseconds watchdogAway{60'000};
        // Before a restart that isn't recorded: the time for its reply to be sent.
        std::chrono::milliseconds replyPause{5'000};
    };

    // All references outlive the object.
    MachineRestart(Settings settings, control::WatchdogPort &watchdog, const Clock &clock, QObject *parent = nullptr);

    // At start-up: finds out what became of a restart that was requested.
    void resume();
    // On disk when it returns. Busy, NoSpace, Io, Internal.
    [[nodiscard]] Outcome begin(const CommandKey &key);
    // For a card that takes no record: the restart follows after `replyPause`. finished() doesn't; a failure is only
    // logged.
    void beginUnrecorded();
    // The result that finished() reported is durable elsewhere: forgets the request.
    void close();

    // The command that requested the restart, until close().
    [[nodiscard]] const std::optional<CommandKey> &current() const { return m_key; }

Q_SIGNALS:
    // Never from within a call. Without a failure only after a restart.
    void finished(const sgn::agent::CommandKey &key, const std::optional<sgn::Error> &failure);

private:
    using Failed = std::function<void(const Error &)>;

    [[nodiscard]] Outcome save() const;
    [[nodiscard]] Outcome load();
    void requestRestart(Failed failed);
    void requestRecorded();
    void end(const std::optional<Error> &failure);

    Settings m_settings;
    control::WatchdogPort &m_watchdog;
    const Clock &m_clock;
    std::optional<CommandKey> m_key;
    QString m_bootId;              // of the machine's start in which the restart was requested
    MonotonicTime m_requestedAt{}; // counted since that start
    QTimer m_limit;
    bool m_ended = false;
};

} // namespace sgn::agent
