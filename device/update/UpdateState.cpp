// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/UpdateState.h"

#include <algorithm>
#include <utility>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array stateNames{
    std::pair{State::Accepted, "accepted"_L1},
    std::pair{State::Downloading, "downloading"_L1},
    std::pair{State::Verifying, "verifying"_L1},
    std::pair{State::Staging, "staging"_L1},
    std::pair{State::Waiting, "waiting"_L1},
    std::pair{State::Swapping, "swapping"_L1},
    std::pair{State::Confirming, "confirming"_L1},
    std::pair{State::RollingBack, "rolling_back"_L1},
    std::pair{State::Done, "done"_L1},
    std::pair{State::RolledBack, "rolled_back"_L1},
    std::pair{State::Failed, "failed"_L1},
};

} // namespace

std::optional<State> nextState(State state, Event event)
{
    const auto *const it = std::ranges::find_if(transitions, [state, event](const Transition &transition) {
        return transition.from == state && transition.event == event;
    });
    return it == transitions.end() ? std::nullopt : std::optional(it->to);
}

bool isFinal(State state)
{
    return state == State::Done || state == State::RolledBack || state == State::Failed;
}

int maxStarts(State state)
{
    // A long download over a bad line may honestly see many power cuts, because each one continues the last.
    return state == State::Downloading ? 50 : 5;
}

QLatin1StringView nameOf(State state)
{
    const auto *const it = std::ranges::find(stateNames, state, &decltype(stateNames)::value_type::first);
    return it == stateNames.end() ? "unknown"_L1 : it->second;
}

std::optional<State> stateFromString(QStringView text)
{
    const auto *const it = std::ranges::find_if(stateNames, [text](const auto &entry) { return entry.second == text; });
    return it == stateNames.end() ? std::nullopt : std::optional(it->first);
}

} // namespace sgn::update
