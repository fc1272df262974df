// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

#include <array>

namespace sgn::rollouts {

using namespace Qt::StringLiterals;

namespace {

enum class Concerns {
    Wave, // the next one, too, which has no device yet
    Device,
};

struct NamedPolicy
{
    QLatin1StringView name;
    Verdict (*evaluate)(const RolloutView &, const DeviceView &) = nullptr;
    Concerns concerns = Concerns::Device;
};

// First what concerns the whole rollout, then the device, then its turn.
constexpr std::array policies{
    NamedPolicy{"expiry"_L1, expiry, Concerns::Wave},
    NamedPolicy{"operator_pause"_L1, operatorPause, Concerns::Wave},
    NamedPolicy{"failure_limit"_L1, failureLimit, Concerns::Wave},
    NamedPolicy{"vanishing_devices"_L1, vanishingDevices, Concerns::Wave},
    NamedPolicy{"already_there"_L1, alreadyThere},
    NamedPolicy{"wave_gate"_L1, waveGate, Concerns::Wave},
    NamedPolicy{"penalty_box"_L1, penaltyBox},
    NamedPolicy{"unreachable"_L1, unreachable},
    NamedPolicy{"network_kind"_L1, networkKind},
    NamedPolicy{"maintenance_window"_L1, maintenanceWindow},
    NamedPolicy{"growth"_L1, growth},
    NamedPolicy{"in_flight_limit"_L1, inFlightLimit},
};

Verdict firstOf(const RolloutView &rollout, const DeviceView &device, bool (*counts)(const NamedPolicy &))
{
    for (const NamedPolicy &policy : policies) {
        if (!counts(policy)) {
            continue;
        }
        Verdict verdict = policy.evaluate(rollout, device);
        if (verdict.kind != Verdict::Kind::Go) {
            verdict.policy = policy.name;
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
    return firstOf(rollout, next, [](const NamedPolicy &policy) { return policy.concerns == Concerns::Wave; });
}

Verdict evaluate(const RolloutView &rollout, const DeviceView &device)
{
    return firstOf(rollout, device, [](const NamedPolicy &) { return true; });
}

} // namespace sgn::rollouts
