// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Rollouts.h"

#include "base/EnumNames.h"
#include "wording/Durations.h"
#include "wording/Problems.h"

#include <QCoreApplication>
#include <QLocale>

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

    static QString targets(const rollouts::Targets &targets)
    {
        QStringList parts;
        if (!targets.jids.isEmpty()) {
            parts += tr("%n chosen device(s)", nullptr, static_cast<int>(targets.jids.size()));
        }
        if (!targets.tag.isEmpty()) {
            parts += tr("tag %1").arg(targets.tag);
        }
        if (!targets.where.isEmpty()) {
            parts += tr("where %1").arg(targets.where);
        }
        const QString text = parts.isEmpty() ? tr("all devices") : parts.join(u", ");
        return targets.isStanding ? tr("%1, also later ones").arg(text) : text;
    }

    static QString pace(const rollouts::RolloutPlan &plan)
    {
        return plan.growth ? tr("%1 at the same time at first, up to %2 with success")
                                 .arg(QString::number(plan.growth->first), QString::number(plan.inFlight))
                           : tr("%n at the same time", nullptr, plan.inFlight);
    }

    static QStringList plan(const rollouts::RolloutPlan &plan)
    {
        QStringList waves;
        for (const rollouts::Amount &wave : plan.waves) {
            waves += wave.text();
        }
        QStringList parts{
            targets(plan.targets), tr("waves %1").arg(waves.join(u", ")), pace(plan),
            tr("%1 of a wave must run it for %2").arg(plan.gate.healthy.text(), durationText(plan.gate.soak.count())),
            tr("stops above %1 failed or %2 vanished").arg(plan.stop.failed.text(), plan.stop.vanished.text())};
        if (plan.window) {
            parts += tr("%1 to %2 at the device")
                         .arg(plan.window->from.toString(u"HH:mm"), plan.window->to.toString(u"HH:mm"));
        }
        if (!plan.networks.isEmpty()) {
            parts += tr("only over %1").arg(plan.networks.join(u", "));
        }
        if (plan.notAfter.isValid()) {
            parts += tr("until %1").arg(QLocale().toString(plan.notAfter.toLocalTime(), QLocale::ShortFormat));
        }
        return parts;
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

QString planText(const rollouts::RolloutPlan &plan)
{
    return RolloutWords::plan(plan).join(u" · ");
}

QString whyText(const records::Facts &why)
{
    return why.isEmpty() ? QString() : sentence(why, std::nullopt, {});
}

} // namespace sgn::wording
