// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "selfupdate/OwnRelease.h"
#include "selfupdate/SwapJournal.h"

namespace sgn::selfupdate {

// From just before the exchange until the new release has proved itself or is away again, rescue.sh looks after the
// case that it doesn't even start. Durable when it returns. NoSpace, Io.
[[nodiscard]] Outcome beginProbation(const OwnRelease &release, const SwapJournal &journal);

// After the last word on a swap: ends the trial, keeps the old release as previous or removes the one that failed
// (which stays the previous one if it was that), and the zip. Can be repeated; what can't be removed stays, with a line
// in the log.
void tidyAfterSwap(const OwnRelease &release, const SwapJournal &journal);

} // namespace sgn::selfupdate
