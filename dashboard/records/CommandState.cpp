// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/CommandState.h"

#include "base/EnumNames.h"

#include <numeric>

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

constexpr auto stateNames = enumNames<TargetState>({
    {TargetState::Queued, "queued"_L1},
    {TargetState::Sent, "sent"_L1},
    {TargetState::Delivered, "delivered"_L1},
    {TargetState::Running, "running"_L1},
    {TargetState::Done, "done"_L1},
    {TargetState::Failed, "failed"_L1},
    {TargetState::Expired, "expired"_L1},
});
static_assert(stateNames.entries().size() == targetStateCount);

} // namespace

bool isFinal(TargetState state)
{
    return state >= TargetState::Done;
}

QLatin1StringView nameOf(TargetState state)
{
    return stateNames.nameOf(state);
}

std::optional<TargetState> targetStateFromString(QStringView text)
{
    return stateNames.valueOf(text);
}

bool isInstallation(const CommandBody &body)
{
    return std::holds_alternative<UpdateCommand>(body) || std::holds_alternative<CaCertUpdate>(body) ||
           std::holds_alternative<Rollback>(body);
}

QUrl fileAddress(const CommandBody &body)
{
    if (const auto *update = std::get_if<UpdateCommand>(&body)) {
        return update->url;
    }
    const auto *caFile = std::get_if<CaCertUpdate>(&body);
    return caFile ? caFile->url : QUrl();
}

int CommandCounts::total() const
{
    return std::accumulate(byState.begin(), byState.end(), 0);
}

int CommandCounts::open() const
{
    return in(TargetState::Queued) + in(TargetState::Sent) + in(TargetState::Delivered) + in(TargetState::Running);
}

} // namespace sgn::records
