// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/CommandJobs.h"
#include "core/RolloutService.h"

namespace sgn::cli {

// Begins when the rollouts that the server keeps are known.
class RolloutJob : public Job
{
    Q_OBJECT

public:
    void start() override;

protected:
    using Job::Job;

    virtual void run() = 0;
    // Ends the program with a sentence for an unknown one; the beginning of an id or the name will do.
    [[nodiscard]] QString idOf(const QString &text);
    void print(const QStringList &ids);
    void fail(const records::Problem &problem);
    // When all that was changed is on the server.
    void finishWhenSaved(int exitCode);

private:
    void runOnce();
    [[nodiscard]] bool isAnythingQueued();

    bool m_isRunning = false;
};

// `rollout plan`: what would happen.
class RolloutPlanJob : public RolloutJob
{
    Q_OBJECT

public:
    RolloutPlanJob(const Terms &terms, rollouts::RolloutPlan plan);

protected:
    void run() override;

private:
    rollouts::RolloutPlan m_plan;
};

// `rollout start`
class RolloutStartJob : public ReleaseJob
{
    Q_OBJECT

public:
    RolloutStartJob(const Terms &terms, Wish wish, rollouts::RolloutPlan plan, Until until);

protected:
    void submit(core::UpdateRequest request) override;
    void onTimeout() override;

private:
    void onStarted(const QString &id);
    void onChanged(const QString &id);
    void conclude();

    rollouts::RolloutPlan m_plan;
    Until m_until;
    QString m_id;
    QString m_lastText;
};

// `rollout list`
class RolloutListJob : public RolloutJob
{
    Q_OBJECT

public:
    using RolloutJob::RolloutJob;

protected:
    void run() override;
};

// `rollout show`
class RolloutShowJob : public RolloutJob
{
    Q_OBJECT

public:
    RolloutShowJob(const Terms &terms, QString id);

protected:
    void run() override;

private:
    [[nodiscard]] QString whyInFlight(const core::RolloutViews::Standing &standing, const rollouts::RolloutView &view,
                                      const rollouts::DeviceView &device);

    QString m_id;
};

// `rollout pause`, `resume`, `cancel`, `open`, `retry`, `rollback`
class RolloutChangeJob : public RolloutJob
{
    Q_OBJECT

public:
    using Change = records::Expected<> (core::RolloutService::*)(const QString &id, const QString &by);

    RolloutChangeJob(const Terms &terms, QString id, Change change);

protected:
    void run() override;

private:
    QString m_id;
    Change m_change;
};

// `rollout drive`: carries out what no desk does, until Ctrl-C, or until one rollout has ended.
class RolloutDriveJob : public RolloutJob
{
    Q_OBJECT

public:
    // An empty id: all of them.
    RolloutDriveJob(const Terms &terms, QString id);

protected:
    void run() override;

private:
    void onChanged(const QString &id);

    QString m_id;
    QHash<QString, QString> m_lastTexts;
};

} // namespace sgn::cli
