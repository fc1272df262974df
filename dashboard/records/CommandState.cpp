// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/CommandState.h"

#include <algorithm>
#include <numeric>

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array<QLatin1StringView, targetStateCount> names{"queued"_L1, "sent"_L1,   "delivered"_L1, "running"_L1,
                                                                "done"_L1,   "failed"_L1, "expired"_L1};

} // namespace

bool isFinal(TargetState state)
{
    return state >= TargetState::Done;
}

QLatin1StringView nameOf(TargetState state)
{
    return names.at(static_cast<std::size_t>(state));
}

std::optional<TargetState> targetStateFromString(QStringView text)
{
    const auto it = std::ranges::find_if(names, [text](QLatin1StringView name) { return name == text; });
    return it == names.end() ? std::nullopt : std::optional(static_cast<TargetState>(it - names.begin()));
}

bool isInstallation(const CommandBody &body)
{
    return std::holds_alternative<UpdateCommand>(body) || std::holds_alternative<CaCertUpdate>(body) ||
           std::holds_alternative<Rollback>(body);
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
