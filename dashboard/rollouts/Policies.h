// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"
#include "rollouts/Views.h"

#include <QDateTime>
#include <QLatin1StringView>

namespace sgn::rollouts {

// Whether a device may start now, and if not, why.
struct Verdict
{
    enum class Kind {
        Go,
        Skip, // it has what it needs
        Wait,
        Stop, // the whole rollout
    };

    Kind kind = Kind::Go;
    records::Facts why;       // empty for Go
    QDateTime until;          // UTC, when to ask again at the latest; invalid: when something happens
    QLatin1StringView policy; // which has decided, set by evaluate()

    [[nodiscard]] static Verdict go() { return {}; }
    [[nodiscard]] static Verdict skip(records::FactCode code) { return {Kind::Skip, {{code, {}}}, {}, {}}; }
    [[nodiscard]] static Verdict wait(records::FactCode code, const QStringList &values = {},
                                      const QDateTime &until = {})
    {
        return {Kind::Wait, {{code, values}}, until, {}};
    }
    [[nodiscard]] static Verdict stop(records::FactCode code, const QStringList &values = {})
    {
        return {Kind::Stop, {{code, values}}, {}, {}};
    }
};

// The policies: pure, each in a file of its own. The first that isn't Go decides, in the order of evaluate().
[[nodiscard]] Verdict expiry(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict operatorPause(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict failureLimit(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict vanishingDevices(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict alreadyThere(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict waveGate(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict penaltyBox(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict unreachable(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict networkKind(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict maintenanceWindow(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict growth(const RolloutView &rollout, const DeviceView &device);
[[nodiscard]] Verdict inFlightLimit(const RolloutView &rollout, const DeviceView &device);

// Whether a device may start that is in a wave, or will be in a later one.
[[nodiscard]] Verdict evaluate(const RolloutView &rollout, const DeviceView &device);
// Whether the next wave may begin; as for the devices it will have.
[[nodiscard]] Verdict evaluateNextWave(const RolloutView &rollout);

} // namespace sgn::rollouts
