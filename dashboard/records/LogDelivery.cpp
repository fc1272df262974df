// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/LogDelivery.h"

#include "base/EnumNames.h"

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

using State = LogDelivery::State;

constexpr auto stateNames = enumNames<State>({
    {State::Requested, "requested"_L1},
    {State::Downloading, "downloading"_L1},
    {State::Unpacking, "unpacking"_L1},
    {State::Ready, "ready"_L1},
    {State::Elsewhere, "elsewhere"_L1},
    {State::Failed, "failed"_L1},
});

} // namespace

QLatin1StringView nameOf(LogDelivery::State state)
{
    return stateNames.nameOf(state);
}

std::optional<LogDelivery::State> logStateFromString(QStringView text)
{
    return stateNames.valueOf(text);
}

bool isFinal(LogDelivery::State state)
{
    return state >= LogDelivery::State::Ready;
}

} // namespace sgn::records
