// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/Control.h"

#include <array>
#include <optional>
#include <QLatin1StringView>
#include <QStringView>

namespace sgn::selfupdate {

// Where the exchange of the agent or of the watchdog stands. Each phase is saved before its work starts, and its work
// can be repeated.
enum class SwapPhase {
    Preparing,   // watchdog only: copy, check, unpack and try the release (an agent's comes checked and unpacked)
    Exchanging,  // exchange the folders; agent: after its process has ended, watchdog: before it hands over
    Confirming,  // the new program is on probation
    RollingBack, // exchange the folders back, start the old program
    Confirmed,
    RolledBack,
    Failed, // the new program never ran
};

// How the work of a phase ended.
enum class SwapEvent {
    Prepared,
    Exchanged,
    Healthy,
    Reverted,  // the old program runs again
    Untouched, // the new program never ran, and its folder isn't in place
    OldIsGone, // there is nothing to roll back to, so the new program stays
    Failed,
};

struct SwapTransition
{
    SwapPhase from;
    SwapEvent event;
    SwapPhase to;
};

// The whole state machine, for agent and watchdog alike. What isn't listed can't happen: nothing leaves a final phase.
// It has no cycle, so a swap always ends.
inline constexpr std::array swapTransitions{
    SwapTransition{SwapPhase::Preparing, SwapEvent::Prepared, SwapPhase::Exchanging},
    SwapTransition{SwapPhase::Preparing, SwapEvent::Failed, SwapPhase::Failed},

    SwapTransition{SwapPhase::Exchanging, SwapEvent::Exchanged, SwapPhase::Confirming},
    SwapTransition{SwapPhase::Exchanging, SwapEvent::Failed, SwapPhase::RollingBack},

    SwapTransition{SwapPhase::Confirming, SwapEvent::Healthy, SwapPhase::Confirmed},
    SwapTransition{SwapPhase::Confirming, SwapEvent::Failed, SwapPhase::RollingBack},

    SwapTransition{SwapPhase::RollingBack, SwapEvent::Reverted, SwapPhase::RolledBack},
    SwapTransition{SwapPhase::RollingBack, SwapEvent::Untouched, SwapPhase::Failed},
    SwapTransition{SwapPhase::RollingBack, SwapEvent::OldIsGone, SwapPhase::Confirmed},
};

// nullopt if the event can't happen in that phase.
[[nodiscard]] std::optional<SwapPhase> nextPhase(SwapPhase phase, SwapEvent event);
[[nodiscard]] bool isFinal(SwapPhase phase);

// Which release lies in the installed folder, by inode; Other also when the disk can't be read.
enum class InPlace { Old, New, Other };

// Where a swap goes on after a kill or a power cut, from the phase that was saved and from what is on the disk: the
// phase may be one step behind, because it is saved after the exchange. `hasGuardian`: a guardian process watches the
// new program and decides; then nothing is concluded here.
[[nodiscard]] SwapPhase phaseAfterCut(SwapPhase saved, InPlace disk, bool hasGuardian);

// What the agent gets as the state of a swap in that phase.
[[nodiscard]] control::SwapProgress progressIn(SwapPhase phase);

// As in the journal, e.g. "rolling_back".
[[nodiscard]] QLatin1StringView nameOf(SwapPhase phase);
[[nodiscard]] std::optional<SwapPhase> swapPhaseFromString(QStringView text);

} // namespace sgn::selfupdate
