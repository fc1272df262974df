// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rollouts/Rollout.h"

#include <optional>
#include <QList>
#include <QString>
#include <QStringList>

namespace sgn::rollouts {

// A device that meets the rollout's targets, is in no wave yet and lacks the release.
struct Candidate
{
    QString jid;
    bool isOnline = false;
};

struct NextWave
{
    int planned = 0; // the step of the plan
    QStringList jids;
};

// The devices of the wave that follows: those that can be reached first, then in an order that is random, but the same
// for every desk that drives. Nothing when no device is left. `alreadyIn`: devices of all waves so far.
[[nodiscard]] std::optional<NextWave> nextWave(const Rollout &rollout, QList<Candidate> candidates, int alreadyIn);

} // namespace sgn::rollouts
