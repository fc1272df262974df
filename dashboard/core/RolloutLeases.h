// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "rollouts/Rollout.h"

#include <chrono>
#include <functional>
#include <QHash>
#include <QObject>
#include <QSet>

namespace sgn::core {

class ItemExchange;
class SharedRollouts;

// Which of the account's desks drives a rollout: the one whose lease is on the server. The server orders what is
// published, so that of two desks that take it at the same moment the earlier one sees that it has lost.
class RolloutLeases : public QObject
{
    Q_OBJECT

public:
    struct Timing
    {
        std::chrono::milliseconds validFor = std::chrono::seconds(60);
        std::chrono::milliseconds renewEvery = std::chrono::seconds(20);
        // Between publishing a lease and driving: so long another desk may have published one as well.
        std::chrono::milliseconds settle = std::chrono::seconds(5);
        // Nothing is sent when the lease is about to end.
        std::chrono::milliseconds reserve = std::chrono::seconds(10);
    };

    // All outlive this. `by`: who is named as the one who drives.
    RolloutLeases(SharedRollouts &rollouts, ItemExchange &items, const Clock &clock, const Timing &timing,
                  std::function<QString()> by, QObject *parent = nullptr);

    // Takes what is free, renews what is held. Called every second.
    void tend(const QStringList &wanted);
    // A new rollout of this desk: no other one can know of it yet.
    void takeNew(const QString &id);
    // Whether this desk may send something for it now.
    [[nodiscard]] bool isMine(const QString &id) const;
    // So that another desk needn't wait for the end of the lease.
    void release(const QString &id);

private:
    [[nodiscard]] bool isLatest(const QString &id) const;
    void publish(const QString &id, bool isRenewal);

    struct Hold
    {
        MonotonicTime since{};    // when it was published first
        MonotonicTime renewed{};  // when it was published last
        MonotonicTime until{};    // by this machine's clock, from when it was published
        bool isConfirmed = false; // the server has it
    };

    SharedRollouts &m_rollouts;
    ItemExchange &m_items;
    const Clock &m_clock;
    Timing m_timing;
    std::function<QString()> m_by;
    QHash<QString, Hold> m_held;
    QSet<QString> m_settled; // driving needs no more waiting
};

} // namespace sgn::core
