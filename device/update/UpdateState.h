// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <QLatin1StringView>
#include <QStringView>

namespace sgn::update {

// The state of an update. It is saved before its work starts, and its work can be repeated.
enum class State {
    Accepted,    // compare with what is installed; for a rollback: check that there is a previous release
    Downloading, // fetch the zip, continuing where it was cut
    Verifying,   // size and hash
    Staging,     // unpack beside the installed release
    Waiting,     // for users at the device and the window, then for the watchdog to hold the component's processes
    Swapping,    // exchange the folders
    Confirming,  // the new release has to run
    RollingBack, // exchange the folders again; the old release has to run
    Done,
    RolledBack,
    Failed,
};

// How the work of a state ended.
enum class Event {
    Admitted,
    NothingToDo, // the requested release is installed already
    Downloaded,
    Verified,
    Staged,
    Held,
    Swapped,
    Healthy,
    Reverted,  // the old release is restored
    Untouched, // the swap had not happened, so there was nothing to restore
    Failed,
    Cancelled,
};

struct Transition
{
    State from;
    Event event;
    State to;
};

// The whole state machine. What isn't listed can't happen: nothing leaves a final state, and a swap that has begun
// can't be cancelled. It has no cycle, so an update always ends.
inline constexpr std::array transitions{
    Transition{State::Accepted, Event::Admitted, State::Downloading},
    Transition{State::Accepted, Event::NothingToDo, State::Done},
    Transition{State::Accepted, Event::Staged, State::Waiting},
    Transition{State::Accepted, Event::Failed, State::Failed},
    Transition{State::Accepted, Event::Cancelled, State::Failed},

    Transition{State::Downloading, Event::Downloaded, State::Verifying},
    Transition{State::Downloading, Event::Failed, State::Failed},
    Transition{State::Downloading, Event::Cancelled, State::Failed},

    Transition{State::Verifying, Event::Verified, State::Staging},
    Transition{State::Verifying, Event::NothingToDo, State::Done},
    Transition{State::Verifying, Event::Failed, State::Failed},
    Transition{State::Verifying, Event::Cancelled, State::Failed},

    Transition{State::Staging, Event::Staged, State::Waiting},
    Transition{State::Staging, Event::Failed, State::Failed},
    Transition{State::Staging, Event::Cancelled, State::Failed},

    Transition{State::Waiting, Event::Held, State::Swapping},
    Transition{State::Waiting, Event::Failed, State::Failed},
    Transition{State::Waiting, Event::Cancelled, State::Failed},

    Transition{State::Swapping, Event::Swapped, State::Confirming},
    Transition{State::Swapping, Event::Reverted, State::RolledBack},
    Transition{State::Swapping, Event::Failed, State::RollingBack},

    Transition{State::Confirming, Event::Healthy, State::Done},
    Transition{State::Confirming, Event::Reverted, State::RolledBack},
    Transition{State::Confirming, Event::Failed, State::RollingBack},

    Transition{State::RollingBack, Event::Reverted, State::RolledBack},
    Transition{State::RollingBack, Event::Untouched, State::Failed},
    Transition{State::RollingBack, Event::Failed, State::Failed},
};

// Returns nullopt if the event can't happen in that state.
[[nodiscard]] std::optional<State> nextState(State state, Event event);
[[nodiscard]] bool isFinal(State state);

// How often an update may be continued in the same state after a restart, before it is ended: a step that crashes the
// agent must not crash it for ever.
[[nodiscard]] int maxStarts(State state);
// Likewise of downloads of which nothing more has come: whatever ends the agent, ends the next one, too.
inline constexpr int maxFruitlessStarts = 8;

// As in the journal and in progress messages, e.g. "downloading".
[[nodiscard]] QLatin1StringView nameOf(State state);
[[nodiscard]] std::optional<State> stateFromString(QStringView text);

} // namespace sgn::update
