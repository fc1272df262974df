// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"
#include "rollouts/Amount.h"

#include <chrono>
#include <optional>
#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>
#include <QTime>

namespace sgn::rollouts {

// Which devices a rollout is for: all that meet each condition that is set.
struct Targets
{
    static constexpr qsizetype maxJids = 500; // more are given a tag

    QStringList jids; // these; empty: any
    QString tag;      // which have it; empty: any
    QString where;    // a core::DeviceQuery; empty: any
    bool all = false; // every device; only where nothing else is set
    // Whoever comes to meet them later gets the release as well, until the rollout expires or is cancelled.
    bool isStanding = false;

    friend bool operator==(const Targets &, const Targets &) = default;
};

// When the next wave may start.
struct Gate
{
    Amount healthy = Amount::percent(95); // so many of a wave run the release
    std::chrono::seconds soak{900};       // for so long
    // Before so many have ended, shares of failures count only for a wave that is over.
    int sample = 10;

    friend bool operator==(const Gate &, const Gate &) = default;
};

// When a rollout ends itself: more than this.
struct Limits
{
    Amount failed = Amount::percent(5);    // of those that have ended
    Amount vanished = Amount::percent(10); // of those that were sent to and are offline since

    friend bool operator==(const Limits &, const Limits &) = default;
};

// At the device's own local time, over midnight as well.
struct Window
{
    QTime from;
    QTime to;
    // Devices may fetch the release before, and wait with it.
    bool isDownloadAnytime = false;
    // Taken for devices that don't report theirs: seconds east of UTC.
    int utcOffset = 0;

    friend bool operator==(const Window &, const Window &) = default;
};

// A rate that rises with success.
struct Growth
{
    int first = 1;       // at the same time, at the beginning
    int doubleAfter = 5; // so many successes at the present rate

    friend bool operator==(const Growth &, const Growth &) = default;
};

// How a release gets to its devices, as an operator writes it:
//
//   {"name": "SmartMeter 2.3", "targets": {"tag": "north", "where": "ocr<3", "standing": true},
//    "waves": ["3", "5%", "25%", "100%"], "in_flight": 50, "gate": {"healthy": "95%", "soak_s": 900, "sample": 10},
//    "stop": {"failed": "5%", "vanished": "10%"}, "growth": {"first": 2, "double_after": 5},
//    "window": {"from": "01:00", "to": "04:30", "download": "any", "utc_offset_s": 3600},
//    "networks": ["ethernet", "wifi"], "not_after": "2026-12-24T00:00:00Z"}
//
// All but the targets may be missing.
struct RolloutPlan
{
    static constexpr int mostInFlight = 100'000;

    QString name;
    Targets targets;
    // How many devices have been sent to at the end of each wave, of all targets; the last one is everyone.
    QList<Amount> waves{Amount::devices(3), Amount::percent(5), Amount::percent(25), Amount::percent(100)};
    int inFlight = 50; // at the same time
    Gate gate;
    Limits stop;
    std::optional<Growth> growth;
    std::optional<Window> window;
    QStringList networks; // by which alone a device may fetch it; empty: any
    QDateTime notAfter;   // UTC; invalid: a week after its creation, or without end for a standing one

    friend bool operator==(const RolloutPlan &, const RolloutPlan &) = default;
};

[[nodiscard]] QJsonObject toJson(const RolloutPlan &plan);
// BadRequest with the first field that can't be right; unknown fields as well, because a limit that is misspelt is no
// limit.
[[nodiscard]] Result<RolloutPlan> rolloutPlanFrom(const QJsonObject &json);

} // namespace sgn::rollouts
