// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

#include <array>

namespace sgn::rollouts {

using namespace Qt::StringLiterals;

namespace {

struct Policy
{
    QLatin1StringView name;
    Verdict (*evaluate)(const RolloutView &, const DeviceView &) = nullptr;
};

// First what concerns the whole rollout, then the device, then its turn.
constexpr std::array policies{
    Policy{"expiry"_L1, expiry},
    Policy{"operator_pause"_L1, operatorPause},
    Policy{"failure_limit"_L1, failureLimit},
    Policy{"vanishing_devices"_L1, vanishingDevices},
    Policy{"already_there"_L1, alreadyThere},
    Policy{"wave_gate"_L1, waveGate},
    Policy{"penalty_box"_L1, penaltyBox},
    Policy{"unreachable"_L1, unreachable},
    Policy{"network_kind"_L1, networkKind},
    Policy{"maintenance_window"_L1, maintenanceWindow},
    Policy{"growth"_L1, growth},
    Policy{"in_flight_limit"_L1, inFlightLimit},
};

// So many of them look at no device.
constexpr std::size_t ofTheRollout = 4;

Verdict firstOf(const RolloutView &rollout, const DeviceView &device, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        Verdict verdict = policies.at(i).evaluate(rollout, device);
        if (verdict.kind != Verdict::Kind::Go) {
            verdict.policy = policies.at(i).name;
            return verdict;
        }
    }
    return Verdict::go();
}

} // namespace

Verdict evaluateNextWave(const RolloutView &rollout)
{
    DeviceView next;
    next.isInWave = false;
    const Verdict verdict = firstOf(rollout, next, ofTheRollout);
    return verdict.kind == Verdict::Kind::Go ? waveGate(rollout, next) : verdict;
}

Verdict evaluate(const RolloutView &rollout, const DeviceView &device)
{
    return firstOf(rollout, device, policies.size());
}

} // namespace sgn::rollouts
