// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

#include <array>

namespace sgn::rollouts {

using namespace Qt::StringLiterals;

namespace {

struct NamedPolicy
{
    QLatin1StringView name;
    Verdict (*evaluate)(const RolloutView &, const DeviceView &) = nullptr;
};

// First what concerns the whole rollout, then the device, then its turn.
constexpr std::array policies{
    NamedPolicy{"expiry"_L1, expiry},
    NamedPolicy{"operator_pause"_L1, operatorPause},
    NamedPolicy{"failure_limit"_L1, failureLimit},
    NamedPolicy{"vanishing_devices"_L1, vanishingDevices},
    NamedPolicy{"already_there"_L1, alreadyThere},
    NamedPolicy{"wave_gate"_L1, waveGate},
    NamedPolicy{"penalty_box"_L1, penaltyBox},
    NamedPolicy{"unreachable"_L1, unreachable},
    NamedPolicy{"network_kind"_L1, networkKind},
    NamedPolicy{"maintenance_window"_L1, maintenanceWindow},
    NamedPolicy{"growth"_L1, growth},
    NamedPolicy{"in_flight_limit"_L1, inFlightLimit},
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
