// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/UpdateRequest.h"
#include "records/Problem.h"
#include "rollouts/Rollout.h"

#include <QObject>

namespace sgn::core {

class CommandLog;
class Fleet;
class RolloutDriver;
class SharedRollouts;
class UpdateJob;
class UpdateService;

// What operators do with rollouts, at any desk; the one that drives carries it out.
class RolloutService : public QObject
{
    Q_OBJECT

public:
    struct Parts
    {
        UpdateService &updates;
        CommandLog &commands;
        Fleet &fleet;
        SharedRollouts &rollouts;
        RolloutDriver &driver;
        const Clock &clock;
    };

    // Everything in `parts` outlives the service.
    explicit RolloutService(const Parts &parts, QObject *parent = nullptr);

    // Signs and uploads the release, then started() follows and the job's finished(0). Never null. Errors: those of an
    // update, BadRequest (targets), TooLarge.
    UpdateJob *start(const UpdateRequest &request, const rollouts::RolloutPlan &plan);

    // Each: NotFound, or Refused where the rollout has ended.
    [[nodiscard]] records::Expected<> pause(const QString &id, const QString &by);
    [[nodiscard]] records::Expected<> resume(const QString &id, const QString &by);
    // Stops what hasn't been exchanged yet, too.
    [[nodiscard]] records::Expected<> cancel(const QString &id, const QString &by);
    // The next wave begins without waiting for the last one.
    [[nodiscard]] records::Expected<> openGate(const QString &id, const QString &by);
    [[nodiscard]] records::Expected<> retryFailed(const QString &id, const QString &by);
    // Cancels it, and takes the release back from the devices that have it.
    [[nodiscard]] records::Expected<> rollBack(const QString &id, const QString &by);

    // How many devices the plan would reach now, by whether they have the release already.
    struct Reach
    {
        int lacking = 0;
        int having = 0;
    };
    [[nodiscard]] records::Expected<Reach> reachOf(const rollouts::RolloutPlan &plan,
                                                   const UpdateCommand &release) const;

Q_SIGNALS:
    void started(const QString &id);

private:
    [[nodiscard]] records::Expected<> add(const CommandBody &body, const UpdateRequest &request,
                                          const rollouts::RolloutPlan &plan);
    [[nodiscard]] records::Expected<> wish(const QString &id, const QString &by, rollouts::RolloutWish::What what);
    [[nodiscard]] records::Expected<> checkOpen(const QString &id) const;

    Parts m_parts;
};

} // namespace sgn::core
