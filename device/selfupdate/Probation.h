// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "selfupdate/OwnRelease.h"
#include "selfupdate/SwapJournal.h"

namespace sgn::selfupdate {

// Sets up rescue.sh, which rolls back a new release that doesn't even start. Before the exchange; in force until
// tidyAfterSwap(). Durable when it returns. NoSpace, Io.
[[nodiscard]] Outcome beginProbation(const OwnRelease &release, const SwapJournal &journal);

// After the end of a swap: ends the probation, keeps the old release as the previous one or removes the one that failed
// (which stays the previous one if it was that), and the zip. Can be repeated; what can't be removed stays and is
// logged.
void tidyAfterSwap(const OwnRelease &release, const SwapJournal &journal);

} // namespace sgn::selfupdate
