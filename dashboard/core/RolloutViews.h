// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/DeviceQuery.h"
#include "rollouts/Views.h"
#include "rollouts/Waves.h"

#include <QList>
#include <QSet>
#include <QString>

namespace sgn::records {
struct Device;
}

namespace sgn::core {

class CommandLog;
class Fleet;
class SharedRollouts;

// How a rollout stands, from what the fleet reports and what has come of its waves' commands. Nothing of it is stored:
// every desk sees the same.
class RolloutViews
{
public:
    struct Device
    {
        rollouts::DeviceView view;
        int wave = -1; // index of the newest one it is in; -1: none yet
    };

    struct Standing
    {
        QList<Device> devices; // of all waves
        rollouts::WaveCounts wave;
        rollouts::WaveCounts all;
        QList<rollouts::Wave> waves;
        bool isGateOpen = false;
        QDateTime at; // UTC, by the server's clock: when it stood so

        [[nodiscard]] rollouts::RolloutView view(const rollouts::Rollout &rollout) const
        {
            return {rollout, at, wave, all, isGateOpen};
        }
    };

    // All outlive this.
    RolloutViews(const Fleet &fleet, CommandLog &commands, const SharedRollouts &rollouts, const Clock &clock);

    // What was reported in an earlier session may not be so any more; the device was asked again.
    void forgetReports() { m_reported.clear(); }
    void noteReport(const QString &jid) { m_reported.insert(jid); }
    // Every target that is online has reported its versions in this session, or doesn't answer.
    [[nodiscard]] bool areTargetsKnown(const rollouts::Rollout &rollout) const;

    [[nodiscard]] Standing standingOf(const rollouts::Rollout &rollout) const;
    // Who meets the targets, is in no wave, and lacks the release.
    [[nodiscard]] QList<rollouts::Candidate> candidatesFor(const rollouts::Rollout &rollout,
                                                           const Standing &standing) const;
    // How the newest command of the rollout stands on a device; null where it got none.
    [[nodiscard]] const records::CommandTarget *newestTarget(const Standing &standing, const QString &jid) const;
    // A device that is in no wave yet.
    [[nodiscard]] rollouts::DeviceView viewOf(const rollouts::Rollout &rollout, const records::Device &device) const;

private:
    [[nodiscard]] bool isKnown(const records::Device &device) const;
    [[nodiscard]] rollouts::DeviceView basicView(const UpdateCommand &release, const records::Device &device) const;
    [[nodiscard]] rollouts::DeviceView viewIn(const rollouts::Rollout &rollout, const rollouts::Wave &wave,
                                              const QString &jid) const;

    const Fleet &m_fleet;
    CommandLog &m_commands;
    const SharedRollouts &m_rollouts;
    const Clock &m_clock;
    QSet<QString> m_reported; // in this session
};

// Whether a device is one of the targets, whatever it runs.
class TargetRule
{
public:
    // An invalid query meets nothing.
    explicit TargetRule(const rollouts::Targets &targets);

    [[nodiscard]] bool isMetBy(const records::Device &device) const;

private:
    QSet<QString> m_jids;
    QString m_tag;
    records::Expected<DeviceQuery> m_query;
};

} // namespace sgn::core
