// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Process.h"
#include "records/Activity.h"
#include "records/Device.h"

#include <QList>
#include <QString>

namespace sgn::core {

// What the timeline shows of a process between two reports: it died, runs again, has another version.
struct ProcessTransition
{
    records::ActivityKind kind = records::ActivityKind::ProcessBack;
    QString detail;       // as ActivityEntry::detail
    records::Facts facts; // as ActivityEntry::facts

    friend bool operator==(const ProcessTransition &, const ProcessTransition &) = default;
};

// In the order in which they happened. Pure.
[[nodiscard]] QList<ProcessTransition> transitionsBetween(const ProcessReport &before, const ProcessReport &after);

// A device's processes after a report at `stamp` (UTC), at most maxProcesses. Who was dead before stays so since then;
// else the device's own time counts, if it can be true: a Pi's clock may be years off.
[[nodiscard]] QList<records::DeviceProcess> processesAfter(const QList<records::DeviceProcess> &before,
                                                           const QList<ProcessReport> &reports, const QDateTime &stamp);

} // namespace sgn::core
