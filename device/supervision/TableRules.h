// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "protocol/Heartbeat.h"
#include "supervision/Program.h"

#include <optional>
#include <QList>
#include <QString>
#include <QStringList>

namespace sgn::supervision {

// As many processes as the Supervisor's table holds.
inline constexpr qsizetype maxTableSize = 64;

// A process of the table, as far as it decides about a heartbeat.
struct KnownProcess
{
    QString name;
    QString program;
    QString file;              // the program's without links; empty when it is gone
    std::optional<qint64> pid; // while it runs
    bool announced = false;    // and it has sent a heartbeat by that name
};

// What a heartbeat is for the table.
enum class Admission {
    Proof,  // from the process that runs under that name, or from a worker or another copy of it: its session decides
    Adopt,  // from a known process that isn't supervised at the moment: another program has started it
    Rename, // from a known process that has sent none yet and has another name now, as a new release may give it
    NewRow, // from a process that isn't known yet, or whose known program is gone
};

// Decides without a look at the sending process. `program` is the heartbeat's, checked by the rules. Refused: the pid
// or the program is that of another process of the table, the name belongs to another program, or the table is full.
// Two names of one file are two programs, but a process is known again under either.
[[nodiscard]] Result<Admission> admissionOf(const Heartbeat &heartbeat, const Program &program,
                                            const QList<KnownProcess> &known);

// Until when a hold lasts that an earlier watchdog saved; nullopt if it is over, or longer than a hold can be requested
// for.
[[nodiscard]] std::optional<MonotonicTime> savedHold(const std::optional<MonotonicTime> &until, MonotonicTime now);

// Where the program of a process is looked for that a new release brings along, in this order: where it was when the
// process was known (`retired`, may be empty), then in `folder` by the process's name.
[[nodiscard]] QStringList programCandidates(const QString &name, const QString &folder, const QString &retired);

// Whether a process leaves the table at the end of a hold: the new release, with the processes `expected`, doesn't have
// it, it doesn't run, and its program is gone. Never if nothing is expected.
[[nodiscard]] bool isRetired(const QString &name, const QList<ProcessVersion> &expected, bool isAlive,
                             bool programExists);

} // namespace sgn::supervision
