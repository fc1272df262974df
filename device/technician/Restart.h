// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Process.h"
#include "technician/Place.h"

#include <chrono>
#include <functional>
#include <optional>
#include <QList>
#include <QString>

namespace sgn::technician {

// The name by which the agent is restarted, unless a process of the meter bears it.
inline constexpr QLatin1StringView agentName("agent");

// What a restart has come to. Pure.
enum class RestartStep {
    Waiting, // not yet seen to run
    Running, // another process than before, and it has sent a heartbeat
    Failed,  // it won't run by itself: see ProcessReport::problem
};
[[nodiscard]] RestartStep stepOf(const ProcessReport &before, const std::optional<ProcessReport> &now);

// Which processes `name` stands for; an empty one for all of them. NotFound, with the names that there are.
[[nodiscard]] Result<QStringList> namesToRestart(const QString &name, const QList<ProcessReport> &processes);

// Has the watchdog restart processes and waits until they run: at most `limit` for each. `done` gets a line for each
// that runs. The first failure ends it: NotFound, Busy, NotHealthy, Timeout, Network, each with the cure. Blocks.
[[nodiscard]] Outcome restart(const Place &place, const QString &name, std::chrono::milliseconds limit,
                              const std::function<void(const QString &)> &done);

} // namespace sgn::technician
