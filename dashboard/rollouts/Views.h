// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rollouts/Rollout.h"

#include <optional>
#include <QDateTime>
#include <QString>

namespace sgn::rollouts {

enum class DeviceStep {
    Waiting,  // not sent to yet
    InFlight, // sent, without a result
    Confirmed,
    Failed, // or not answered in time
};

// One device as the policies see it.
struct DeviceView
{
    QString jid;
    DeviceStep step = DeviceStep::Waiting;
    bool isInWave = true; // of one that has begun; else it is of a later one
    bool isOnline = false;
    bool hasRelease = false;      // reports what the release brings
    bool isHealthy = false;       // and all its processes run
    QDateTime sentAt;             // UTC; invalid: never
    QDateTime healthySince;       // UTC; invalid: it isn't
    QDateTime lastSeen;           // UTC
    QDateTime absentSince;        // UTC, it certainly can't be reached since then; invalid: it can, or that isn't known
    int failures = 0;             // in this rollout
    QDateTime lastFailure;        // UTC
    std::optional<int> utcOffset; // of its local time, seconds
    QString network;              // "ethernet", "wifi", "cellular"; empty: not known
};

// A wave, or all of them together.
struct WaveCounts
{
    int total = 0;
    int waiting = 0;     // and online
    int unreachable = 0; // not sent to, because they are offline
    int inFlight = 0;    // sent to, without a result, and holding a place
    int absent = 0;      // the same, but offline for so long that they hold none
    int confirmed = 0;
    int soaked = 0; // run the release for the gate's time
    int failed = 0;
    int sent = 0;     // ever
    int vanished = 0; // were sent to and are offline for long
    // Of these, what an operator knew of who has resumed it.
    int forgivenFailed = 0;
    int forgivenVanished = 0;

    [[nodiscard]] int ended() const { return confirmed + failed; }
};

// A rollout as the policies see it.
struct RolloutView
{
    const Rollout &rollout;
    QDateTime now;   // UTC, by the server's clock
    WaveCounts wave; // the newest one of the plan
    WaveCounts all;
    bool isGateOpen = false; // by an operator, for the wave that follows
};

// One that was sent to and is offline for longer has vanished: a restart takes less.
inline constexpr std::chrono::minutes vanishedAfter{10};

// So long one that was sent to keeps its place among those in flight while it can't be reached. What an update survives
// takes less: a restart, a modem that dials in again, a new agent that has five minutes to reach the server before the
// old one is restored. One that is absent for longer, perhaps for weeks, keeps no other device waiting; when it is back
// and has no result yet, it holds a place again. It counts as vanished before it loses the place, so that a release
// that takes devices off the network is noticed before the next one starts.
inline constexpr std::chrono::minutes placeKeptFor{15};
static_assert(placeKeptFor > vanishedAfter);

// Whether one that was sent to counts against the limit of those in flight.
[[nodiscard]] bool holdsPlace(const DeviceView &device, const QDateTime &now);
// Why one that was sent to can't end now: that it is absent, when it was last seen, and whether its place is kept.
// Empty for any other device.
[[nodiscard]] records::Facts absenceOf(const RolloutView &rollout, const DeviceView &device);

// Adds a device to the counts of its wave.
void count(WaveCounts &counts, const DeviceView &device, const Rollout &rollout, const QDateTime &now);

} // namespace sgn::rollouts
