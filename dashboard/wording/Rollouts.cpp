// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Rollouts.h"

#include "base/EnumNames.h"
#include "wording/Problems.h"

#include <QCoreApplication>

namespace sgn::wording {

using namespace Qt::StringLiterals;
using rollouts::DeviceStep;
using rollouts::RolloutState;

namespace {

constexpr auto stepNames = enumNames<DeviceStep>({
    {DeviceStep::Waiting, "waiting"_L1},
    {DeviceStep::InFlight, "in_flight"_L1},
    {DeviceStep::Confirmed, "confirmed"_L1},
    {DeviceStep::Failed, "failed"_L1},
});

class RolloutWords
{
    Q_DECLARE_TR_FUNCTIONS(Rollout)

public:
    static QString state(RolloutState state)
    {
        switch (state) {
        case RolloutState::Running:
            return tr("running");
        case RolloutState::Paused:
            return tr("paused");
        case RolloutState::Stopped:
            return tr("stopped");
        case RolloutState::Done:
            return tr("done");
        case RolloutState::Cancelled:
            return tr("cancelled");
        }
        return {};
    }

    static QString step(const rollouts::DeviceView &device)
    {
        switch (device.step) {
        case DeviceStep::Waiting:
            return tr("waiting");
        case DeviceStep::InFlight:
            return device.absentSince.isValid() && device.sentAt.isValid() ? tr("sent, not reachable")
                                                                           : tr("in progress");
        case DeviceStep::Confirmed:
            return tr("done");
        case DeviceStep::Failed:
            return tr("failed");
        }
        return {};
    }
};

} // namespace

QString stateText(RolloutState state)
{
    return RolloutWords::state(state);
}

QString stepText(const rollouts::DeviceView &device)
{
    return RolloutWords::step(device);
}

QString stepName(DeviceStep step)
{
    return stepNames.nameOf(step);
}

QString whyText(const records::Facts &why)
{
    return why.isEmpty() ? QString() : sentence(why, std::nullopt, {});
}

} // namespace sgn::wording
