// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "technician/DeviceStatus.h"
#include "technician/Place.h"

#include <functional>
#include <optional>
#include <QByteArray>

namespace sgn::technician {

// Reads the status of a device from whatever is alive of it: the watchdog's control socket, else its UDP port, else
// what it has written down; /proc; the journals of the agent. Changes nothing. Blocks, six seconds at most.
[[nodiscard]] DeviceStatus readStatus(const Place &place);

// The agent's process, by the program that it runs.
struct RunningProcess
{
    qint64 pid = 0;
    quint64 startTime = 0;
    QDateTime since;
};
[[nodiscard]] std::optional<RunningProcess> findAgent(const DeviceTree &tree);

// What a dead watchdog knew of its processes, by the content of its process table. `runs` returns whether a process
// still exists. Pure.
struct RememberedProcesses
{
    QList<ProcessReport> processes;
    QString problem; // why there are none
};
[[nodiscard]] RememberedProcesses remembered(const QByteArray &table, const QByteArray &bootId,
                                             const std::function<bool(qint64 pid, quint64 startTime)> &runs);

} // namespace sgn::technician
