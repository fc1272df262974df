// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/UpdateState.h"

#include "base/EnumNames.h"

#include <algorithm>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr auto stateNames = enumNames<State>({
    {State::Accepted, "accepted"_L1},
    {State::Downloading, "downloading"_L1},
    {State::Verifying, "verifying"_L1},
    {State::Staging, "staging"_L1},
    {State::Waiting, "waiting"_L1},
    {State::Swapping, "swapping"_L1},
    {State::Confirming, "confirming"_L1},
    {State::RollingBack, "rolling_back"_L1},
    {State::Done, "done"_L1},
    {State::RolledBack, "rolled_back"_L1},
    {State::Failed, "failed"_L1},
});

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
    // A long download over a bad line may see many power cuts, because each one continues the last.
    return state == State::Downloading ? 50 : 5;
}

QLatin1StringView nameOf(State state)
{
    return stateNames.nameOf(state);
}

std::optional<State> stateFromString(QStringView text)
{
    return stateNames.valueOf(text);
}

} // namespace sgn::update
