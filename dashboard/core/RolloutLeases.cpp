// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/RolloutLeases.h"

#include "core/ItemExchange.h"
#include "core/SharedRollouts.h"

#include <QRandomGenerator>

namespace sgn::core {

RolloutLeases::RolloutLeases(SharedRollouts &rollouts, ItemExchange &items, const Clock &clock, const Timing &timing,
                             std::function<QString()> by, QObject *parent)
    : QObject(parent)
    , m_rollouts(rollouts)
    , m_items(items)
    , m_clock(clock)
    , m_timing(timing)
    , m_by(std::move(by))
{
    connect(&m_items, &ItemExchange::cameOnline, this, [this] {
        m_held.clear(); // they were of another session
        m_settled.clear();
    });
}

bool RolloutLeases::isMine(const QString &id) const
{
    const auto hold = m_held.constFind(id);
    return hold != m_held.cend() && hold->isConfirmed && m_settled.contains(id) &&
           m_clock.monotonic() + m_timing.reserve < hold->until && isLatest(id);
}

// Where two desks have published one, the later one holds it.
bool RolloutLeases::isLatest(const QString &id) const
{
    return m_rollouts.lease(id).holder == m_items.self();
}

void RolloutLeases::takeNew(const QString &id)
{
    publish(id, false);
    m_settled.insert(id);
}

void RolloutLeases::release(const QString &id)
{
    const bool wasLatest = isLatest(id); // else it is another desk's
    m_settled.remove(id);
    if (m_held.remove(id) && wasLatest) {
        m_rollouts.putLease(id, {}, {});
    }
}

void RolloutLeases::tend(const QStringList &wanted)
{
    const MonotonicTime now = m_clock.monotonic();
    for (const QString &id : m_held.keys()) {
        if (!wanted.contains(id)) {
            release(id);
        }
    }
    for (const QString &id : wanted) {
        if (const auto hold = m_held.find(id); hold != m_held.end()) {
            const bool hasSettled = hold->isConfirmed && now >= hold->since + m_timing.settle;
            const bool isOver = hold->isConfirmed && now >= hold->until;
            if (isOver || (hasSettled && !isLatest(id))) {
                m_held.erase(hold);
                m_settled.remove(id);
            } else if (now >= hold->renewed + m_timing.renewEvery) {
                publish(id, true);
            } else if (hasSettled) {
                m_settled.insert(id);
            }
            continue;
        }
        const QDateTime until = m_rollouts.lease(id).until;
        const bool isFree = !until.isValid() || until <= m_clock.wallUtc();
        // Not all desks in the same second.
        if (isFree && QRandomGenerator::global()->bounded(3) == 0) {
            publish(id, false);
        }
    }
}

void RolloutLeases::publish(const QString &id, bool isRenewal)
{
    const MonotonicTime now = m_clock.monotonic();
    Hold &hold = m_held[id];
    if (!isRenewal) {
        hold = {.since = now};
        m_settled.remove(id);
    }
    hold.renewed = now;
    const rollouts::Lease lease{m_items.self(), m_by(), m_clock.wallUtc().addDuration(m_timing.validFor)};
    m_rollouts.putLease(id, lease, [this, id, now](const Outcome &outcome) {
        const auto it = m_held.find(id);
        if (outcome && it != m_held.end()) {
            it->isConfirmed = true;
            it->until = now + m_timing.validFor;
        }
    });
}

} // namespace sgn::core
