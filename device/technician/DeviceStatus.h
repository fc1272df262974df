// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/Control.h"
#include "protocol/LocalWindow.h"
#include "protocol/Process.h"
#include "update/UpdateState.h"

#include <optional>
#include <QDateTime>
#include <QList>
#include <QString>

namespace sgn::technician {

// What a person at the device wants to know first. All times are UTC; what isn't known is empty.

struct WatchdogStatus
{
    enum class State {
        Running,
        OnlyUdp, // it has no control socket: one of before, or of another make
        Silent,  // it holds its lock, but doesn't reply
        Dead,
    };
    State state = State::Dead;
    std::optional<qint64> pid;
    std::optional<int> version;
    std::optional<QDateTime> since;
    QString problem; // why it couldn't be queried
};

struct AgentStatus
{
    bool isRunning = false;
    std::optional<qint64> pid;
    std::optional<int> version;
    std::optional<QDateTime> since; // it runs, or has ended
    std::optional<LastExit> lastExit;
    QString problem;
    // How it reaches the server; empty where no watchdog knows.
    std::optional<control::AgentLink> link;
};

struct UpdateStatus
{
    qint64 command = 0; // 0: it came by a stick
    QString subject;    // "SmartMeter"
    update::State state = update::State::Accepted;
    std::optional<int> percent; // of the download
    std::optional<QDateTime> since;
    QString problem; // why it fails
    std::optional<LocalWindow> window = {};
};

struct ResultStatus
{
    qint64 command = 0;
    QString name; // "smart_meter_update"
    bool isSuccess = false;
    bool isRolledBack = false;
    QString remarks;
};

// cfg/hold.
struct HoldStatus
{
    QString by;
    QDateTime since;
    QString reason;
};

struct DeviceStatus
{
    QDateTime now;
    QString folder;
    QString account; // JID
    WatchdogStatus watchdog;
    AgentStatus agent;
    QList<ProcessReport> processes;
    bool areProcessesLive = false; // reported by a running watchdog, not remembered by a dead one
    std::optional<UpdateStatus> update;
    std::optional<ResultStatus> lastResult;
    std::optional<HoldStatus> hold;
    // What couldn't be read, one sentence each.
    QStringList problems;
};

} // namespace sgn::technician
