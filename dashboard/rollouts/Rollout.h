// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Command.h"
#include "records/Problem.h"
#include "rollouts/RolloutPlan.h"

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>

namespace sgn::rollouts {

enum class RolloutState {
    Running,
    Paused,    // by an operator
    Stopped,   // by itself, see RolloutProgress::why; goes on when an operator resumes it
    Done,      // every device has ended, or its time is over
    Cancelled, // by an operator
};

[[nodiscard]] QLatin1StringView nameOf(RolloutState state);
// Nothing more happens.
[[nodiscard]] bool isEnded(RolloutState state);

// What operators want; each desk may change it.
struct RolloutWish
{
    enum class What { Run, Pause, Cancel };

    What what = What::Run;
    QDateTime since;     // UTC: when it was wished
    QString by;          // operator
    int openAfter = 0;   // so many waves the next one begins without its gate; 0: after none
    QDateTime retry;     // UTC: those that had failed by then get another try
    QDateTime changedAt; // UTC; of two versions the later one counts

    friend bool operator==(const RolloutWish &, const RolloutWish &) = default;
};

// What has come of it; only the desk that drives changes it.
struct RolloutProgress
{
    int waves = 0;       // that have begun, retries included
    int planned = 0;     // the step of the plan that the newest wave belongs to, from 0
    QDateTime retried;   // UTC: the wish that was met last
    QDateTime stoppedAt; // UTC: by itself; invalid: never
    QDateTime endedAt;   // UTC; invalid: not yet
    records::Facts why;  // why it stopped, or ended before its devices did
    int total = 0;       // devices of all waves
    int done = 0;
    int failed = 0;
    QDateTime changedAt; // UTC

    friend bool operator==(const RolloutProgress &, const RolloutProgress &) = default;
};

// A release on its way to many devices: a thing of the fleet, the same at all desks, of which one drives it.
struct Rollout
{
    QString id; // random
    RolloutPlan plan;
    UpdateCommand release;
    QString title;       // of the release, e.g. the zip's name
    QString by;          // the operator who started it
    QDateTime createdAt; // UTC, by the server's clock
    RolloutWish wish;
    RolloutProgress progress;

    [[nodiscard]] QString name() const { return plan.name.isEmpty() ? title : plan.name; }
    [[nodiscard]] RolloutState state() const;

    friend bool operator==(const Rollout &, const Rollout &) = default;
};

// The devices of one wave, all of which get the same command. It is on the server before the first of them is sent to,
// so that whoever drives next sends the same.
struct Wave
{
    static constexpr qsizetype maxChunk = 500; // devices of an item

    QString rollout; // id
    int index = 0;   // from 0
    CommandNo number = 0;
    QString request;     // of the command
    QDateTime startedAt; // UTC
    bool isRetry = false;
    QStringList jids;

    friend bool operator==(const Wave &, const Wave &) = default;
};

// One item of a wave.
struct WavePart
{
    Wave wave; // with the devices of this item
    int chunk = 0;
    bool hasMore = false; // after this one
};

// Who drives a rollout, and until when.
struct Lease
{
    QString holder;  // full JID of the session
    QString by;      // operator and machine, for people
    QDateTime until; // UTC, by the server's clock

    friend bool operator==(const Lease &, const Lease &) = default;
};

// JSON, for items on the server and for the store: one of what operators want, another one of what has come of it.
// Reading returns nothing for what can't be understood.
[[nodiscard]] QByteArray wishJson(const Rollout &rollout);
[[nodiscard]] std::optional<Rollout> rolloutFrom(const QString &id, const QByteArray &wish);
// What two desks have wished, the same at both: a cancellation stays, of all else the later one.
[[nodiscard]] RolloutWish mergeWishes(const RolloutWish &one, const RolloutWish &other);
[[nodiscard]] QByteArray progressJson(const RolloutProgress &progress);
[[nodiscard]] std::optional<RolloutProgress> progressFrom(const QByteArray &bytes);

// A wave is in items of at most maxChunk devices: "<id>-<index>-<chunk>".
[[nodiscard]] QList<std::pair<QString, QByteArray>> itemsOf(const Wave &wave);
[[nodiscard]] std::optional<WavePart> wavePartFrom(const QString &itemId, const QByteArray &bytes);
[[nodiscard]] QString waveItemId(const QString &rollout, int index, int chunk);

[[nodiscard]] QByteArray toJson(const Lease &lease);
[[nodiscard]] Lease leaseFrom(const QByteArray &bytes);

} // namespace sgn::rollouts
