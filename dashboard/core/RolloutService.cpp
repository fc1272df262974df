// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/RolloutService.h"

#include "core/CommandLog.h"
#include "core/DeviceQuery.h"
#include "core/Fleet.h"
#include "core/RolloutDriver.h"
#include "core/SharedRollouts.h"
#include "core/UpdateService.h"
#include "records/SharedMerge.h"

#include <QRandomGenerator>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;
using rollouts::Rollout;
using rollouts::RolloutWish;

namespace {

QString newId()
{
    return u"%1"_s.arg(QRandomGenerator::system()->generate64() >> 16, 12, 16, QLatin1Char('0'));
}

records::Expected<> checkTargets(const rollouts::Targets &targets)
{
    if (const records::Expected<DeviceQuery> query = DeviceQuery::parse(targets.where); !query) {
        return fail(query.error());
    }
    return {};
}

} // namespace

RolloutService::RolloutService(const Parts &parts, QObject *parent)
    : QObject(parent)
    , m_parts(parts)
{}

UpdateJob *RolloutService::start(const UpdateRequest &request, const rollouts::RolloutPlan &plan)
{
    UpdateRequest withoutTargets = request;
    withoutTargets.targets.clear();
    withoutTargets.needsTargets = false;
    return m_parts.updates.prepare(
        withoutTargets,
        [this, plan](const CommandBody &body, const UpdateRequest &sent) -> records::Expected<CommandNo> {
            return add(body, sent, plan).transform([] { return CommandNo{0}; });
        });
}

records::Expected<> RolloutService::add(const CommandBody &body, const UpdateRequest &request,
                                        const rollouts::RolloutPlan &plan)
{
    const auto *release = std::get_if<UpdateCommand>(&body);
    if (!release) {
        return fail(ErrorCode::BadRequest, FactCode::BadRollout);
    }
    if (const records::Expected<> fine = checkTargets(plan.targets); !fine) {
        return fine;
    }
    const QDateTime now = m_parts.clock.wallUtc();
    Rollout rollout;
    rollout.id = newId();
    rollout.plan = plan;
    if (!plan.notAfter.isValid() && !plan.targets.isStanding) {
        // In seconds, as it is written.
        rollout.plan.notAfter =
            QDateTime::fromSecsSinceEpoch(now.addDuration(UpdateJob::defaultLifetime).toSecsSinceEpoch(), Qt::UTC);
    }
    rollout.release = *release;
    rollout.title = request.title();
    rollout.by = request.requestedBy;
    rollout.createdAt = now;
    rollout.wish.since = now;
    if (const records::Expected<> added = m_parts.rollouts.add(rollout); !added) {
        return added;
    }
    m_parts.driver.takeNew(rollout.id);
    Q_EMIT started(rollout.id);
    return {};
}

records::Expected<> RolloutService::checkOpen(const QString &id) const
{
    const Rollout *rollout = m_parts.rollouts.find(id);
    if (!rollout) {
        return fail(ErrorCode::NotFound, FactCode::UnknownRollout, {id});
    }
    if (isEnded(rollout->state())) {
        return fail(ErrorCode::Refused, FactCode::RolloutEnded);
    }
    return {};
}

records::Expected<> RolloutService::wish(const QString &id, const QString &by, RolloutWish::What what)
{
    if (const records::Expected<> open = checkOpen(id); !open) {
        return open;
    }
    m_parts.rollouts.changeWish(id, [&](RolloutWish &wish) {
        const QDateTime stopped = m_parts.rollouts.find(id)->progress.stoppedAt;
        wish.what = what;
        // After the stop that it ends, also where another desk's clock is ahead.
        wish.since = records::timeOfChange(m_parts.clock.wallUtc(), stopped);
        wish.by = by;
    });
    return {};
}

records::Expected<> RolloutService::pause(const QString &id, const QString &by)
{
    return wish(id, by, RolloutWish::What::Pause);
}

records::Expected<> RolloutService::resume(const QString &id, const QString &by)
{
    return wish(id, by, RolloutWish::What::Run);
}

records::Expected<> RolloutService::cancel(const QString &id, const QString &by)
{
    if (const records::Expected<> wished = wish(id, by, RolloutWish::What::Cancel); !wished) {
        return wished;
    }
    // What other desks have sent, also where they are closed; this one's own the driver has cancelled meanwhile.
    for (const rollouts::Wave &wave : m_parts.rollouts.waves(id)) {
        const records::IssuedCommand *record = m_parts.commands.find(wave.number);
        if (record && !record->isOwn && !m_parts.commands.openRows(wave.number).isEmpty()) {
            if (const records::Expected<> cancelled = m_parts.updates.cancel(wave.number, by); !cancelled) {
                return cancelled;
            }
        }
    }
    return {};
}

records::Expected<> RolloutService::openGate(const QString &id, const QString &by)
{
    if (const records::Expected<> open = checkOpen(id); !open) {
        return open;
    }
    m_parts.rollouts.changeWish(id, [&](RolloutWish &wish) {
        wish.openAfter = m_parts.rollouts.find(id)->progress.waves;
        wish.by = by;
    });
    return {};
}

records::Expected<> RolloutService::retryFailed(const QString &id, const QString &by)
{
    if (const records::Expected<> open = checkOpen(id); !open) {
        return open;
    }
    m_parts.rollouts.changeWish(id, [&](RolloutWish &wish) {
        wish.retry = m_parts.clock.wallUtc();
        wish.by = by;
    });
    // It may have stopped itself because of them.
    return resume(id, by);
}

records::Expected<> RolloutService::rollBack(const QString &id, const QString &by)
{
    const Rollout *found = m_parts.rollouts.find(id);
    if (!found) {
        return fail(ErrorCode::NotFound, FactCode::UnknownRollout, {id});
    }
    const Rollout rollout = *found;
    if (!isEnded(rollout.state())) {
        if (const records::Expected<> cancelled = cancel(id, by); !cancelled) {
            return cancelled;
        }
    }
    QStringList jids;
    for (const RolloutViews::Device &device : m_parts.driver.views().standingOf(rollout).devices) {
        if (device.view.step == rollouts::DeviceStep::Confirmed && device.view.sentAt.isValid()) {
            jids += device.view.jid;
        }
    }
    const QDateTime end = m_parts.clock.wallUtc().addDuration(UpdateJob::defaultLifetime);
    return m_parts.commands.submit(Rollback{rollout.release.component}, jids, {by, rollout.name(), end})
        .transform([](CommandNo) {});
}

records::Expected<RolloutService::Reach> RolloutService::reachOf(const rollouts::RolloutPlan &plan,
                                                                 const UpdateCommand &release) const
{
    if (const records::Expected<> fine = checkTargets(plan.targets); !fine) {
        return fail(fine.error());
    }
    Rollout rollout;
    rollout.plan = plan;
    rollout.release = release;
    const TargetRule rule(plan.targets);
    Reach reach;
    for (int index = 0; index < m_parts.fleet.count(); ++index) {
        const records::Device &device = m_parts.fleet.at(index);
        if (rule.isMetBy(device)) {
            ++(m_parts.driver.views().viewOf(rollout, device).hasRelease ? reach.having : reach.lacking);
        }
    }
    return reach;
}

} // namespace sgn::core
