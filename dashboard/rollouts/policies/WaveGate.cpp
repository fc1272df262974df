// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Policies.h"

namespace sgn::rollouts {

// The next wave begins when enough of the last one run the release for long enough. Who can't be reached doesn't count,
// but at least one has to show that it works.
Verdict waveGate(const RolloutView &rollout, const DeviceView &device)
{
    const Rollout &it = rollout.rollout;
    if (device.isInWave || it.progress.waves == 0 || rollout.isGateOpen) {
        return Verdict::go();
    }
    // Everyone has had a turn; who comes to meet a standing rollout's targets later waits for no one of them.
    if (it.progress.planned + 1 >= it.plan.waves.size() && rollout.all.soaked > 0) {
        return Verdict::go();
    }
    const WaveCounts &wave = rollout.wave;
    const int reached = wave.total - wave.unreachable;
    const int needed = std::max(1, it.plan.gate.healthy.of(reached));
    return wave.total == 0 || wave.soaked >= needed
               ? Verdict::go()
               : Verdict::wait(records::FactCode::RolloutGate, {QString::number(wave.soaked), QString::number(needed),
                                                                QString::number(it.plan.gate.soak.count())});
}

} // namespace sgn::rollouts
