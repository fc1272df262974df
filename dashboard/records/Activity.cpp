// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/Activity.h"

#include "base/EnumNames.h"

#include <algorithm>
#include <cmath>

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

constexpr auto kindNames = enumNames<ActivityKind>({
    {ActivityKind::DeviceAdded, "device_added"_L1},
    {ActivityKind::DeviceRetired, "device_retired"_L1},
    {ActivityKind::CameOnline, "came_online"_L1},
    {ActivityKind::WentOffline, "went_offline"_L1},
    {ActivityKind::CommandSent, "command_sent"_L1},
    {ActivityKind::CommandDone, "command_done"_L1},
    {ActivityKind::CommandFailed, "command_failed"_L1},
    {ActivityKind::CommandExpired, "command_expired"_L1},
    {ActivityKind::ProcessDied, "process_died"_L1},
    {ActivityKind::ProcessBack, "process_back"_L1},
    {ActivityKind::VersionChanged, "version_changed"_L1},
    {ActivityKind::LogsReceived, "logs_received"_L1},
    {ActivityKind::LogsFailed, "logs_failed"_L1},
    {ActivityKind::IdentityProblem, "identity_problem"_L1},
    {ActivityKind::PanelNotice, "panel_notice"_L1},
});

} // namespace

QLatin1StringView nameOf(ActivityKind kind)
{
    return kindNames.nameOf(kind);
}

std::optional<ActivityKind> activityKindFromString(QStringView text)
{
    return kindNames.valueOf(text);
}

QString senderOf(const ActivityEntry &entry)
{
    const auto by = std::ranges::find(entry.facts, FactCode::SentBy, &Fact::code);
    return by == entry.facts.cend() ? QString() : by->values.value(0);
}

Fact exitFact(const LastExit &exit)
{
    constexpr double longestAge = 1e9;
    const auto number = [](std::optional<int> value) {
        return value ? QString::number(*value) : QString();
    };
    QString age;
    if (exit.heartbeatAgeS && *exit.heartbeatAgeS >= 0) {
        age = QString::number(std::llround(std::min(*exit.heartbeatAgeS, longestAge)));
    }
    return {FactCode::ProcessExit,
            {exit.code.value_or(-1) >= 0 ? number(exit.code) : QString(), number(exit.signal), age}};
}

} // namespace sgn::records
